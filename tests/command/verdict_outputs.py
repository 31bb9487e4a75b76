#!/usr/bin/env python3
"""verdict_outputs.py PROGRAM [--full] [--time] - what pipelines get: SARIF, JUnit, baselines; and answers to hostile series.

SARIF is held to the properties, types and values that the standard allows (SARIF 2.1.0, OASIS,
sections 3.13 to 3.30 and its JSON schema: no others are allowed there); JUnit to the schema that its
readers share (github.com/windyroad/JUnit-Schema, Jenkins' xunit plugin: attributes, order, counts).
Both are written down here from those texts. --full makes 100,000 paths and 10,000 checkpoints instead
of a twentieth; --time prints how long each report takes.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))
import said  # noqa: E402
from profiles import heap, put_checkpoint  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
PATHS, CHECKPOINTS = (100000, 10000) if "--full" in sys.argv else (5000, 500)

def report(*words):
    began = time.monotonic()
    done = subprocess.run([PROGRAM, "report"] + list(words), capture_output=True, text=True, timeout=600)
    if "--time" in sys.argv:
        print("%6.2f s  %s" % (time.monotonic() - began, " ".join(words)[-60:]))
    return done


# ---- shapes of JSON ------------------------------------------------------------------------------

def one_of(*values):
    return lambda value: value in values


def matches(pattern):
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value, re.S) is not None


def natural(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


URI = matches(r"([a-z][a-z0-9+.-]*:)?([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
TEXT = matches(r".+")
MESSAGE = {"text!": TEXT}
SARIF = {
    "$schema": URI, "version!": one_of("2.1.0"),
    "runs!": [{
        "tool!": {"driver!": {"name!": TEXT, "version": TEXT, "informationUri": URI,
                              "rules": [{"id!": TEXT, "shortDescription": MESSAGE, "fullDescription": MESSAGE, "helpUri": URI}]}},
        "results": [{
            "ruleId": TEXT, "ruleIndex": lambda value: isinstance(value, int), "message!": MESSAGE,
            "level": one_of("none", "note", "warning", "error"),
            "kind": one_of("notApplicable", "pass", "fail", "review", "open", "informational"),
            "baselineState": one_of("new", "unchanged", "updated", "absent"),
            "partialFingerprints": lambda value: all(isinstance(text, str) for text in value.values()),
            "locations": [{
                "physicalLocation": {"artifactLocation!": {"uri": URI, "uriBaseId": TEXT}, "region": {"startLine": natural}},
                "logicalLocations": [{"name": TEXT, "fullyQualifiedName": TEXT,
                                      "kind": one_of("function", "member", "module", "namespace", "type", "variable")}]}],
        }],
    }],
}


def faults(value, shape, where="$"):
    """What of `value` the shape does not allow. A key with ! must be there; a list holds one shape; others are tests."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [where + ": no object"]
        known = {key.rstrip("!"): inner for key, inner in shape.items()}
        found = [where + "." + key + ": missing" for key in shape if key.endswith("!") and key[:-1] not in value]
        found += [where + "." + key + ": not allowed" for key in value if key not in known]
        for key in value:
            found += faults(value[key], known[key], where + "." + key) if key in known else []
        return found
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [where + ": no array"]
        return [fault for i, item in enumerate(value) for fault in faults(item, shape[0], "%s[%d]" % (where, i))]
    return [] if shape(value) else ["%s: %r" % (where, value)]


def check_sarif(text, leaks, words):
    log = json.loads(text)
    found = faults(log, SARIF)
    said.check(not found, "%s: SARIF: %s" % (words, "; ".join(found)))
    run = log["runs"][0]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    said.check(all(result["ruleId"] in rules for result in run["results"]), words + ": SARIF: a rule is missing")
    said.check(sum(result["level"] == "error" for result in run["results"]) == leaks, words + ": SARIF: errors")
    return run["results"]


# ---- JUnit -----------------------------------------------------------------------------------------

ATTRIBUTES = {"testsuites": set(), "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id"},
              "testcase": {"name", "classname", "time"}, "failure": {"type", "message"}, "skipped": {"message"},
              "system-out": set()}
CHILDREN = {"testsuites": {"testsuite"}, "testsuite": {"testcase"}, "testcase": {"failure", "skipped", "system-out"}}
REQUIRED = {"testsuite": {"name", "tests", "failures", "errors", "time"}, "testcase": {"name", "classname", "time"}, "failure": {"type"}}


def check_junit(text, failures, words):
    root = xml.fromstring(text)
    said.check(root.tag == "testsuites", words + ": JUnit: root " + root.tag)
    for element in root.iter():
        said.check(element.tag in ATTRIBUTES and set(element.attrib) <= ATTRIBUTES[element.tag] and
              REQUIRED.get(element.tag, set()) <= set(element.attrib), "%s: JUnit: %s %s" % (words, element.tag, sorted(element.attrib)))
        said.check({child.tag for child in element} <= CHILDREN.get(element.tag, set()), "%s: JUnit: below %s" % (words, element.tag))
    for suite in root:
        cases = suite.findall("testcase")
        for name, tag in (("tests", None), ("failures", "failure"), ("skipped", "skipped")):
            count = sum(tag is None or case.find(tag) is not None for case in cases)
            said.check(int(suite.get(name)) == count, "%s: JUnit: %s is %s, counted %d" % (words, name, suite.get(name), count))
        said.check(int(suite.get("failures")) == failures, words + ": JUnit: failures")
        said.check(all(len(case) <= 1 and float(case.get("time")) >= 0 for case in cases), words + ": JUnit: a case")
        said.check(all(case.get("name") for case in cases), words + ": JUnit: a case without a name")
    return root


# ---- series ----------------------------------------------------------------------------------------

STRANGE = "main.Grüße<\"&'>\x07\\\u2028🙂"


def put_series(folder, checkpoints, rate, name=STRANGE, from_s=1000.0):
    """One place that grows by `rate` blocks of 1 KiB a checkpoint, one that stands still, one that comes and goes."""
    for i in range(checkpoints):
        places = [((name, "main.main"), 100 + i * rate, (100 + i * rate) * 1024),
                  (("main.table", "main.main"), 50, 500000), (("main.churn", "main.main"), 10 + i % 3, (10 + i % 3) * 4096)]
        put_checkpoint(folder, i, places, from_s + i)


def test_formats(scratch):
    folder = os.path.join(scratch, "plain")
    os.mkdir(folder)
    put_series(folder, 40, 20)
    files = {name: os.path.join(scratch, name) for name in ("sarif", "junit", "baseline", "json")}
    done = report("--sarif", files["sarif"], "--junit", files["junit"], "--write-baseline", files["baseline"], "--json=" + files["json"], folder)
    said.check(done.returncode == 1, "formats: exit %d: %s" % (done.returncode, done.stderr[:300]))
    verdict = json.load(open(files["json"], encoding="utf-8"))
    said.check(verdict["findings"][0]["function"] == STRANGE, "formats: %r was named" % verdict["findings"][0]["function"])
    said.check(abs(verdict["bytes_per_second"] - 20480) < 1000, "formats: %s bytes per second" % verdict["bytes_per_second"])
    results = check_sarif(open(files["sarif"], encoding="utf-8").read(), 1, "formats")
    said.check(results[0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == STRANGE, "formats: SARIF: the name")
    said.check("20.0 KiB/s" in results[0]["message"]["text"], "formats: SARIF: " + results[0]["message"]["text"])
    junit = check_junit(open(files["junit"], encoding="utf-8").read(), 1, "formats")
    said.check(any(case.get("name", "").startswith("main.Grüße<\"&'>") for case in junit.iter("testcase")), "formats: JUnit: the name")
    return files["baseline"]


def test_nothing_found(scratch):
    folder = os.path.join(scratch, "still")
    os.mkdir(folder)
    put_series(folder, 40, 0)
    sarif, junit = os.path.join(scratch, "none.sarif"), os.path.join(scratch, "none.xml")
    done = report("--sarif", sarif, "--junit", junit, folder)
    said.check(done.returncode == 0, "none: exit %d" % done.returncode)
    said.check(check_sarif(open(sarif, encoding="utf-8").read(), 0, "none") == [], "none: SARIF: results")
    check_junit(open(junit, encoding="utf-8").read(), 0, "none")


def test_baseline(scratch, baseline):
    """Known findings pass; new and faster ones do not."""
    def run(kind, rate, name, *more):
        folder = os.path.join(scratch, kind)
        os.mkdir(folder)
        put_series(folder, 40, rate, name)
        return report("--baseline", baseline, *more, folder)

    sarif, junit = os.path.join(scratch, "known.sarif"), os.path.join(scratch, "known.xml")
    same = run("same", 20, STRANGE, "--sarif", sarif, "--junit", junit)
    said.check(same.returncode == 0 and "known" in same.stderr, "baseline: the same: exit %d: %s" % (same.returncode, same.stderr[:200]))
    saved = os.path.join(scratch, "saved.json")
    report("--json=" + saved, os.path.join(scratch, "same"))
    same = report("--baseline", saved, os.path.join(scratch, "same"))
    said.check(same.returncode == 0 and "known" in same.stderr, "baseline: a saved verdict: exit %d: %s" % (same.returncode, same.stderr[:200]))
    results = check_sarif(open(sarif, encoding="utf-8").read(), 0, "baseline")
    said.check([result["baselineState"] for result in results] == ["unchanged"], "baseline: SARIF: state")
    check_junit(open(junit, encoding="utf-8").read(), 0, "baseline")
    said.check(run("slower", 10, STRANGE).returncode == 0, "baseline: a slower one fails")
    said.check(run("a_little_faster", 24, STRANGE).returncode == 0, "baseline: 1.2 times as fast fails")
    said.check(run("faster", 40, STRANGE).returncode == 1, "baseline: twice as fast passes")
    said.check(run("other", 20, "main.other").returncode == 1, "baseline: another function passes")
    said.check(run("still_other", 0, "main.other").returncode == 0, "baseline: no leak fails")
    damaged = os.path.join(scratch, "damaged")
    with open(damaged, "w", encoding="utf-8") as file:
        file.write("# holdfast.baseline/1\n0123 4\n")
    done = report("--baseline", damaged, os.path.join(scratch, "same"))
    said.check(done.returncode == 5 and "damaged:2" in done.stderr, "baseline: damaged: exit %d: %s" % (done.returncode, done.stderr))


# ---- hostile series ----------------------------------------------------------------------------------

def verdict_of(folder, words, *more):
    done = report("--json", *more, folder)
    said.check(done.stdout.count("\n") == 1, "%s: no answer: exit %d: %s" % (words, done.returncode, done.stderr[:200]))
    return done, json.loads(done.stdout)


def test_many_paths(scratch):
    folder = os.path.join(scratch, "paths")
    os.mkdir(folder)
    still = [(("main.f%d" % i, "main.g%d" % (i % 100), "main.main"), 1, 64) for i in range(PATHS - 1)]
    for i in range(8):
        put_checkpoint(folder, i, still + [(("main.leak", "main.main"), 100 + i * 300, (100 + i * 300) * 4096)], 1000 + i * 10)
    done, verdict = verdict_of(folder, "paths")
    said.check(verdict["verdict"] == "leak" and [f["function"] for f in verdict["findings"]] == ["main.leak"],
          "paths: %s: %s" % (verdict["verdict"], [f["function"] for f in verdict["findings"]][:5]))


def test_many_checkpoints(scratch):
    folder = os.path.join(scratch, "checkpoints")
    os.mkdir(folder)
    for i in range(CHECKPOINTS):
        put_checkpoint(folder, i, [(("main.leak", "main.main"), 100 + i, (100 + i) * 512), (("main.still", "main.main"), 9, 9000)], 1000 + i, width=6)
    done, verdict = verdict_of(folder, "checkpoints")
    said.check(verdict["checkpoints"] == CHECKPOINTS, "checkpoints: %s" % verdict["checkpoints"])
    said.check([f["function"] for f in verdict["findings"]] == ["main.leak"] and abs(verdict["bytes_per_second"] - 512) < 20,
          "checkpoints: %s, %s" % (verdict["verdict"], verdict["bytes_per_second"]))


def test_clocks_that_jump(scratch):
    folder = os.path.join(scratch, "clock")
    os.mkdir(folder)
    for i in range(40):
        seconds = 1000 + i - (500 if 10 <= i < 20 else 0) + (86400 if i == 30 else 0)
        put_checkpoint(folder, i, [(("main.leak", "main.main"), 100 + i * 50, (100 + i * 50) * 1024)], seconds)
    done, verdict = verdict_of(folder, "clock")
    said.check("clock" in (verdict.get("note") or "") + done.stderr, "clock: nothing is said: %s" % done.stderr[:300])
    said.check(all(f["function"] == "main.leak" for f in verdict["findings"]), "clock: findings")


def test_restarts(scratch):
    folder = os.path.join(scratch, "restarts")
    os.mkdir(folder)
    for i in range(60):
        age = i if i < 10 else i - 10 if i < 50 else i - 50
        blocks = 100 + age * 50
        put_checkpoint(folder, i, [(("main.leak", "main.main"), blocks, blocks * 1024)], 1000 + i, allocated=blocks * 4000)
    done, verdict = verdict_of(folder, "restarts")
    said.check("restart" in (verdict.get("note") or ""), "restarts: %s" % verdict.get("note"))
    said.check(verdict["verdict"] == "leak" and abs(verdict["bytes_per_second"] - 51200) < 2600,
          "restarts: %s, %s" % (verdict["verdict"], verdict["bytes_per_second"]))


def test_one_checkpoint(scratch):
    folder = os.path.join(scratch, "one")
    os.mkdir(folder)
    put_series(folder, 1, 20)
    done, verdict = verdict_of(folder, "one checkpoint")
    said.check(done.returncode == 3 and verdict["verdict"] == "undecided", "one checkpoint: exit %d, %s" % (done.returncode, verdict["verdict"]))
    said.check("1 checkpoint" in done.stderr, "one checkpoint: %s" % done.stderr[:200])


def test_other_allocators(scratch):
    """What pprof makes of dumps of jemalloc and gperftools; and the dumps themselves."""
    folder = os.path.join(scratch, "others")
    os.mkdir(folder)
    for i in range(24):
        with open(os.path.join(folder, "%04d.heap.pb.gz" % i), "wb") as file:
            file.write(heap([(("leak", "main"), 100 + i * 50, (100 + i * 50) * 1024)], 1000 + i, types=("objects", "space"), below="/usr/lib/x86_64-linux-gnu/libjemalloc.so.2"))
    done, verdict = verdict_of(folder, "objects and space")
    said.check(verdict["verdict"] == "leak" and [f["function"] for f in verdict["findings"]] == ["leak"],
               "objects and space: %s, %s" % (verdict["verdict"], verdict["findings"]))
    for name, text in ("jeprof.1.0.f.heap", "heap_v2/524288\n  t*: 1: 2 [0: 0]\n"), ("x.0001.heap", "heap profile:  1:  2 [ 3: 4] @ heapprofile\n"):
        dump = os.path.join(scratch, name)
        with open(dump, "w", encoding="utf-8") as file:
            file.write(text)
        done = report(dump)
        said.check(done.returncode == 5 and dump + ": a dump of" in done.stderr and "how it becomes a profile" in done.stderr, "%s: %s" % (name, done.stderr))
        os.rename(dump, os.path.join(folder, name))
    done = report(folder)
    said.check(done.returncode == 1, "profiles beside dumps: exit %d, %s" % (done.returncode, done.stderr[:200]))


def test_names_that_are_no_names(scratch):
    """What a profile calls its functions cannot colour the screen or move the cursor; JSON has it as it is."""
    folder = os.path.join(scratch, "names")
    os.mkdir(folder)
    name = "leak\x1b]0;title\x07\x1b[2J\x9b1m"
    for i in range(24):
        put_checkpoint(folder, i, [((name, "main"), 100 + i * 50, (100 + i * 50) * 1024)], 1000 + i)
    done, verdict = verdict_of(folder, "hostile names")
    said.check(verdict["findings"][0]["function"] == name, "hostile names: %r" % verdict["findings"][0]["function"])
    said.check("leak?]0;title??[2J??1m" in done.stderr and not set(done.stderr) & set("\x1b\x07\x9b"), "hostile names: %r" % done.stderr[:300])


def main():
    with tempfile.TemporaryDirectory() as scratch:
        baseline = test_formats(scratch)
        test_nothing_found(scratch)
        test_baseline(scratch, baseline)
        test_many_paths(scratch)
        test_many_checkpoints(scratch)
        test_clocks_that_jump(scratch)
        test_restarts(scratch)
        test_one_checkpoint(scratch)
        test_other_allocators(scratch)
        test_names_that_are_no_names(scratch)
    said.finish()


if __name__ == "__main__":
    main()
