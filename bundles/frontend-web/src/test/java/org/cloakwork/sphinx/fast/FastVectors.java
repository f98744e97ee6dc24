package org.cloakwork.sphinx.fast;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Opens the tests of this package. */
public final class FastVectors extends VectorsTest {

    private FastVectors() {
    }

    public static Stream<DynamicTest> all() {
        FastVectors tests = new FastVectors();
        return Stream.of(tests.sphinx(), tests.surbs(), tests.keyDerivation()).flatMap(each -> each);
    }
}
