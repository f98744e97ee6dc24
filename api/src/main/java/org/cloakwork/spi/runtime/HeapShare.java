package org.cloakwork.spi.runtime;

/**
 * How much of the heap what waits may take, so that nobody fills it by sending: limits are as documented from 512 MiB
 * of heap on, in proportion below, and at most half of the heap.
 *
 * @param heapBytes the ceiling of the heap
 * @since 1.5
 */
public record HeapShare(long heapBytes) {

    private static final long MIB = 1024 * 1024;
    private static final long WHOLE_BYTES = 512 * MIB;

    /** {@return that of this process} */
    public static HeapShare ofThisProcess() {
        return new HeapShare(Runtime.getRuntime().maxMemory());
    }

    /**
     * Scales a limit in bytes.
     *
     * @param bytes where the heap is large
     * @return as much of them as this heap has of a large one
     */
    public long of(long bytes) {
        return heapBytes >= WHOLE_BYTES ? bytes : (long) (bytes * ((double) heapBytes / WHOLE_BYTES));
    }

    /**
     * Reads a limit.
     *
     * @param configuration of a part
     * @param key           what to read
     * @param unitBytes     of its value
     * @param defaultUnits  if it is missing or blank, where the heap is large
     * @param min           smallest allowed
     * @param max           largest allowed
     * @return bytes
     * @throws IllegalArgumentException if it is outside of these, or more than half of the heap
     */
    public long bytes(PartConfiguration configuration, String key, int unitBytes, int defaultUnits, int min, int max) {
        long bytes = (long) configuration.integer(key, defaultUnits, min, max) * unitBytes;
        if (!configuration.has(key)) {
            return Math.max((long) min * unitBytes, of(bytes));
        }
        if (bytes > heapBytes / 2) {
            throw configuration.wrong(key, '"' + String.valueOf(bytes / unitBytes) + '"', "at most "
                    + heapBytes / 2 / unitBytes + ", half of the heap of " + heapBytes / MIB
                    + " MiB (CLOAKWORK_HEAP_MIB sets it)");
        }
        return bytes;
    }
}
