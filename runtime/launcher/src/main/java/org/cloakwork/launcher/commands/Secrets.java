package org.cloakwork.launcher.commands;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.felix.Home;
import org.cloakwork.spi.runtime.OwnFiles;

/** Tokens in {@code etc/}: kept from others, and found by our own verbs. */
final class Secrets {

    private static final Pattern TOKEN = Pattern.compile("(?:.*\\.)?token");

    /** Where one may stand. */
    private record Place(String file, String key) {
    }

    private static final List<Place> OF_THE_WEBSOCKET = List.of(new Place("cloakwork.cfg", "websocket.token"),
            new Place("org.cloakwork.frontend.websocket.cfg", "token"));

    private Secrets() {
    }

    /** @throws UsageException if everybody may read a token, naming the file */
    static void check(Path etc) throws UsageException {
        try (Stream<Path> files = Files.list(etc)) {
            for (Path file : files.filter(file -> file.toString().endsWith(".cfg")).sorted().toList()) {
                if (OwnFiles.isOpen(file) && Home.read(file).entrySet().stream().anyMatch(entry ->
                        TOKEN.matcher(entry.getKey()).matches() && !entry.getValue().isEmpty())) {
                    throw new UsageException(
                            file + ": there is a token in it, and everybody may read it; " + OwnFiles.remedy(file));
                }
            }
        } catch (IOException e) {
            throw new UsageException(etc + ": cannot be read: " + e);
        }
    }

    /** {@return the token that the websocket of an instance here asks for, if its files say and we may read them} */
    static Optional<String> ofTheWebsocket() {
        for (Place place : OF_THE_WEBSOCKET) {
            try {
                Path path = Home.etc().resolve(place.file());
                String token = Files.isReadable(path) ? Home.read(path).get(place.key()) : null;
                if (token != null && !token.isEmpty()) {
                    return Optional.of(token);
                }
            } catch (UsageException e) {
                // Then nobody here uses it.
            }
        }
        return Optional.empty();
    }
}
