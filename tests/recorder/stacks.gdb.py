"""stacks.gdb.py - inside of gdb: prints the debugger's own backtrace at recorded allocations.

One line each: the block, then program counters from the caller of malloc outwards. Frames of the
recorder are left out. HF_EVERY and HF_SAMPLES say which.
"""
import os

import gdb

gdb.execute("set pagination off")
gdb.execute("set backtrace past-main on")
gdb.execute("set backtrace past-entry on")
gdb.execute("set breakpoint pending on")
gdb.execute("set disable-randomization off")
gdb.execute("handle SIGUSR1 nostop noprint pass")
every, samples = int(os.environ["HF_EVERY"]), int(os.environ["HF_SAMPLES"])
out = open(os.environ["HF_OUT"], "w", encoding="ascii")


# Frames that the debugger makes up from debug information; they are not on the stack.
INVENTED = (gdb.INLINE_FRAME, gdb.TAILCALL_FRAME)


class Allocation(gdb.Breakpoint):
    seen = printed = 0

    def stop(self):
        Allocation.seen += 1
        if Allocation.seen % every or Allocation.printed >= samples:
            return False
        Allocation.printed += 1
        frame, pcs = gdb.newest_frame(), []
        block = int(frame.read_register("rdi"))
        while frame is not None:
            library = gdb.solib_name(frame.pc()) or ""
            if "libholdfast_recorder" not in library and frame.type() not in INVENTED:
                pcs.append(frame.pc())
            frame = frame.older()
        out.write(" ".join(f"{n:x}" for n in [block & (2**64 - 1), *pcs]) + "\n")
        return False


gdb.execute("catch load libholdfast_recorder")
gdb.execute("run")
# At its first instruction: the frame is not built yet, the debugger has to know its tables.
Allocation("*hf__record_allocation")
gdb.execute("continue")
out.close()
