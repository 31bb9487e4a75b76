#!/usr/bin/env python3
"""install.py BUILD LIBDIR - installs BUILD into a scratch folder and uses what is there as a user would.

A program is built in C17 and in C++17, shared and static, found by pkg-config and by CMake, and run.
Then the folder is moved and everything done again: nothing installed may name where it was.
"""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "support"))
import said  # noqa: E402

CONSUMER = os.path.join(HERE, "consumer")
GENERATED = os.path.join(HERE, "generated")


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, **more)


def case(name, ok, done=None):
    return said.check(ok, name + ("\n" + done.stdout + done.stderr if done is not None else ""))


def needs_shared(program):
    return "libholdfast.so.0" in run("readelf", "-d", program).stdout


def check_program(name, program, libraries, is_shared):
    done = run(program, env=dict(os.environ, LD_LIBRARY_PATH=libraries if is_shared else ""))
    case(f"{name}, run", done.returncode == 0 and done.stdout == "ok\n", done)
    case(f"{name}, {'shared' if is_shared else 'static'}", needs_shared(program) == is_shared)


def by_pkg_config(prefix, libdir, work):
    if shutil.which("pkg-config") is None:
        said.skip("pkg-config: it is not installed")
        return
    libraries = os.path.join(prefix, libdir)
    environment = dict(os.environ, PKG_CONFIG_PATH=os.path.join(libraries, "pkgconfig"), PKG_CONFIG_LIBDIR="")
    for package in "holdfast", "holdfast-static":
        found = run("pkg-config", "--cflags", "--libs", package, env=environment)
        if not case(f"pkg-config {package}", found.returncode == 0, found):
            continue
        for compiler in ["cc", "-std=c17"], ["c++", "-std=c++17", "-x", "c++"]:
            if shutil.which(compiler[0]) is None:
                said.skip(f"{package} with {compiler[0]}: it is not installed")
                continue
            name = f"{package} by pkg-config with {compiler[0]}"
            program = os.path.join(work, f"{package}-{compiler[0]}")
            source = [os.path.join(CONSUMER, "use.c")] + (["-x", "none"] if "-x" in compiler else [])
            built = run(*compiler, "-Wall", "-Wextra", "-Wpedantic", "-Werror", *source, *found.stdout.split(), "-o", program)
            if case(f"{name}, built", built.returncode == 0, built):
                check_program(name, program, libraries, package == "holdfast")


def by_cmake(prefix, libdir, work):
    build = os.path.join(work, "cmake")
    done = run("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Debug")
    if not case("find_package", done.returncode == 0, done):
        return
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as cache:
        case("the package found is the one installed",
             f"holdfast_DIR:PATH={os.path.join(prefix, libdir)}/" in cache.read())
    done = run("cmake", "--build", build)
    if not case("built by CMake", done.returncode == 0, done):
        return
    for language in "c", "cc":
        for library in "holdfast", "holdfast_static":
            check_program(f"{library} by CMake, {language}", os.path.join(build, f"{language}_{library}"),
                          os.path.join(prefix, libdir), library == "holdfast")


def edit(path, before, after):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert before in text
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(before, after))


def generated_code(prefix, libdir, work):
    """holdfast_generate in a project of its own: built once, made again when the header or one that it includes says
    something else, and otherwise left alone."""
    if not os.path.exists(os.path.join(prefix, "bin", "holdfast")):
        said.skip("holdfast_generate: the command was not built")
        return
    first = '{"title":"a b","words":[1,2,3],"pages":[{"text":"x"},{"text":null}]}\n'
    for generator, tool in ("Ninja", "ninja"), ("Unix Makefiles", "make"):
        if shutil.which(tool) is None:
            said.skip(f"holdfast_generate by {generator}: it is not installed")
            continue
        source, build = os.path.join(work, f"with {tool}"), os.path.join(work, f"build {tool}")
        shutil.copytree(GENERATED, source)

        def stays(name, expected=None):
            done = run("cmake", "--build", build)
            if case(f"{tool}: {name}, built", done.returncode == 0, done) and expected is not None:
                for program in "in_c", "in_cc":
                    ran = run(os.path.join(build, program), env=dict(os.environ, LD_LIBRARY_PATH=os.path.join(prefix, libdir)))
                    case(f"{tool}: {name}, {program}", ran.returncode == 0 and ran.stdout == expected, ran)
            return "holdfast gen" not in done.stdout

        done = run("cmake", "-G", generator, "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Debug",
                   "-DCMAKE_C_FLAGS=-Wall -Wextra -Werror", "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")
        if not case(f"{tool}: holdfast_generate", done.returncode == 0, done):
            continue
        case(f"{tool}: generates", not stays("the first time", first))
        case(f"{tool}: is left alone", stays("again"))
        edit(os.path.join(source, "shared", "page_of_site.h"), "} page;", "int more HF(default = 7); } page;")
        case(f"{tool}: an included header", not stays("a member more", first.replace('"x"', '"x","more":7').replace('null', 'null,"more":7')))
        edit(os.path.join(source, "site.model.h"), "int   words", "short words")
        case(f"{tool}: the header", not stays("the header says something else"))
        edit(os.path.join(source, "shared", "limits_of_site.h"), "8", "9")
        case(f"{tool}: a header without a declaration", not stays("macros alone"))
        edit(os.path.join(source, "site.model.h"), "The model", "A model")
        case(f"{tool}: a comment", not stays("a comment"))
        case(f"{tool}: is left alone after a comment", stays("again after a comment"))


def the_command(prefix, libdir):
    command = os.path.join(prefix, "bin", "holdfast")
    if not os.path.exists(command):
        said.skip("the command: it was not built")
        return
    done = run(command, "version")
    case("the command", done.returncode == 0 and done.stdout.startswith("holdfast "), done)
    if not os.path.exists(os.path.join(prefix, libdir, "holdfast", "libholdfast_recorder.so")):
        said.skip("the recorder: it was not built")
        return
    done = run(command, "run", "--", "/bin/true")
    case("the command finds its recorder", done.returncode in (0, 3), done)


def the_files(prefix, libdir, verbs):
    names = {os.path.relpath(os.path.join(folder, name), prefix) for folder, _, here in os.walk(prefix) for name in here}
    wanted = [f"{libdir}/libholdfast.a", f"{libdir}/libholdfast.so", f"{libdir}/libholdfast.so.0", "include/holdfast/base.h",
              f"{libdir}/pkgconfig/holdfast.pc", f"{libdir}/cmake/holdfast/holdfast-config.cmake"]
    if verbs:
        wanted += ["bin/holdfast", "share/bash-completion/completions/holdfast", "share/zsh/site-functions/_holdfast",
                   "share/fish/vendor_completions.d/holdfast.fish"]
        if shutil.which("scdoc"):
            wanted += ["share/man/man1/holdfast.1"]
            wanted += [f"share/man/man1/holdfast-{verb}.1" for verb in verbs if verb not in ("completion", "help", "version")]
        else:
            said.skip("man pages: scdoc is not installed")
    for name in wanted:
        case(f"installs {name}", name in names)
    source = os.path.join(os.path.dirname(os.path.dirname(HERE)), "include", "holdfast")
    case("installs every public header", {f"include/holdfast/{n}" for n in os.listdir(source)} <= names)


def names_a_place(prefix, place):
    """Text files under `prefix` that name `place`."""
    found = []
    for folder, _, here in os.walk(prefix):
        for name in here:
            path = os.path.join(folder, name)
            if path.endswith((".pc", ".cmake", ".h")) and place in open(path, encoding="utf-8").read():
                found.append(path)
    return found


def verbs_of(prefix):
    command = os.path.join(prefix, "bin", "holdfast")
    if not os.path.exists(command):
        return []
    return [line.split()[0] for line in run(command, "help").stdout.splitlines() if line.startswith("  ")]


def main():
    build, libdir = os.path.abspath(sys.argv[1]), sys.argv[2]
    work = os.path.realpath(tempfile.mkdtemp())
    first, second = os.path.join(work, "first"), os.path.join(work, "moved", "deeper")
    try:
        done = run("cmake", "--install", build, "--prefix", first)
        if case("cmake --install", done.returncode == 0, done):
            the_files(first, libdir, verbs_of(first))
            case("nothing installed names its place", not names_a_place(first, work) and not names_a_place(first, build))
            for prefix in first, second:
                if prefix == second:
                    os.makedirs(os.path.dirname(second))
                    os.rename(first, second)
                programs = os.path.join(work, "programs-" + os.path.basename(prefix))
                os.mkdir(programs)
                by_pkg_config(prefix, libdir, programs)
                by_cmake(prefix, libdir, programs)
                if prefix == first:
                    generated_code(prefix, libdir, programs)
                the_command(prefix, libdir)
    finally:
        shutil.rmtree(work)
    said.finish()


if __name__ == "__main__":
    main()
