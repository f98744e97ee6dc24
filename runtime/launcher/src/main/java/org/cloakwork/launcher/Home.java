package org.cloakwork.launcher;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** The unpacked distribution this program runs from: {@code bin/ lib/ bundles/ etc/}. */
final class Home {

    private Home() {
    }

    static Path path() {
        try {
            Path jar = Path.of(Home.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return jar.getParent().getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
