package org.cloakwork.wire.crypto;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Opens the tests of this package. */
public final class CryptoVectors {

    private CryptoVectors() {
    }

    public static Stream<DynamicTest> all() {
        return new KdfVectorsTest().kdf();
    }
}
