package org.cloakwork.itests.osgi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cloakwork.api.local.LocalNetwork;

/** A network around the framework, on the class path of the tests: whatever happens to bundles, it stays. */
final class OutsideNetwork {

    private static LocalNetwork network;

    private OutsideNetwork() {
    }

    /** One for all tests of this process; ends with it. */
    private static synchronized LocalNetwork network() {
        if (network == null) {
            try {
                network = LocalNetwork.builder().start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return network;
    }

    static String directory() {
        return network().directory().toString();
    }

    /** {@return a new file that describes it} */
    static Path file() {
        try {
            return Files.writeString(Files.createTempFile("network", ".json"), network().networkFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
