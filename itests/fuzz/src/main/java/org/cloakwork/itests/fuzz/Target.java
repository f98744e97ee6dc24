package org.cloakwork.itests.fuzz;

import java.util.List;
import java.util.stream.Stream;

/** Something that reads bytes from outside, and what is true of it for any of them. */
public interface Target {

    /** {@return names it on the command line} */
    String name();

    /** {@return inputs to begin with: what is well-formed, and what tests refuse} */
    Stream<byte[]> seeds();

    /**
     * Whatever is thrown is a finding.
     *
     * @param input as it might arrive
     * @throws Exception one that the parser does not tell of
     */
    void check(byte[] input) throws Exception;

    /** {@return longest input that is tried, in bytes} */
    default int maxInputBytes() {
        return 4096;
    }

    /**
     * What a check may allocate, so that nobody can have a few bytes make us take many.
     *
     * @param inputBytes length of the input
     * @return bytes, of the check's own copies and comparisons, too
     */
    default long maxAllocatedBytes(int inputBytes) {
        return 256 * 1024 + 256L * inputBytes;
    }

    /** {@return words of the format, for the fuzzer to put in} */
    default List<String> words() {
        return List.of();
    }

    /** {@return patterns of the names of classes whose code leads the fuzzer} */
    default List<String> instrumented() {
        return List.of("org.cloakwork.**");
    }
}
