package org.cloakwork.itests.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** One input tried at one target. */
final class Trial {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Trial() {
    }

    /**
     * @param target at which
     * @param input  what is tried; not changed
     * @throws Exception      what the target's check threw
     * @throws AssertionError if something does not hold, or too much memory was taken
     */
    static void run(Target target, byte[] input) throws Exception {
        long most = target.maxAllocatedBytes(input.length);
        // Who is first loads classes: only what is taken again counts.
        if (allocated(target, input) > most && allocated(target, input) > most) {
            long taken = allocated(target, input);
            if (taken > most) {
                throw new AssertionError(input.length + " bytes make it allocate " + taken + ", more than " + most);
            }
        }
    }

    /**
     * @param target at which
     * @param input  what is tried; not changed
     * @return how many bytes were allocated
     * @throws Exception what the target's check threw
     */
    static long allocated(Target target, byte[] input) throws Exception {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        target.check(input.clone());
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
