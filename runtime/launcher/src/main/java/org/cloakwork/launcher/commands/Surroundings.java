package org.cloakwork.launcher.commands;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.spi.control.Control;
import org.cloakwork.spi.part.PartKind;

/** What a client needs of the machine it runs on: the doctor's questions that take no client. */
final class Surroundings {

    private static final int JAVA = 21;
    private static final long LEAST_HEAP_BYTES = 90L << 20;
    private static final long LEAST_DISK_BYTES = 200L << 20;
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final int MOST_PORT_DIGITS = 5;
    private static final String PORT = "port";

    private Surroundings() {
    }

    static Finding java() {
        long heap = Runtime.getRuntime().maxMemory();
        String text = "Java " + Runtime.version() + ", heap up to " + (heap >> 20) + " MiB";
        if (Runtime.version().feature() < JAVA) {
            return Finding.fault("java", text, "install JDK " + JAVA + " or newer and set JAVA_HOME to it");
        }
        return heap < LEAST_HEAP_BYTES ? Finding.fault("java", text,
                "give it more: CLOAKWORK_HEAP_MIB=256, which is what it has if you say nothing")
                : Finding.ok("java", text);
    }

    static Finding state(Path folder) {
        try {
            Path existing = folder;
            while (existing != null && !Files.exists(existing)) {
                existing = existing.getParent();
            }
            if (existing == null || !Files.isDirectory(existing) || !Files.isWritable(existing)) {
                return Finding.fault("state", folder + " cannot be written",
                        "make it writable for this user, or name another folder with --state");
            }
            long free = Files.getFileStore(existing).getUsableSpace();
            return free < LEAST_DISK_BYTES ? Finding.fault("state", folder + ": " + (free >> 20) + " MiB are left",
                    "make room: " + (LEAST_DISK_BYTES >> 20) + " MiB are enough")
                    : Finding.ok("state", folder + ", " + (free >> 20) + " MiB are left");
        } catch (IOException e) {
            return Finding.fault("state", folder + ": " + e.getMessage(), "name another folder with --state");
        }
    }

    /**
     * @param frontEnds     that are to listen, separated by commas
     * @param configuration of etc/cloakwork.cfg
     * @param control       knows what each of them has in a file of its own, and its default
     * @param running       whether an instance of ours runs there, which has the ports
     * @return one for each port
     */
    static List<Finding> ports(String frontEnds, Map<String, String> configuration, Control control,
                               boolean running) {
        List<Finding> findings = new ArrayList<>();
        for (String listed : frontEnds.split(",")) {
            String frontEnd = listed.strip();
            control.settings(PartKind.FRONT_END.name(), frontEnd).stream()
                    .filter(setting -> setting.key().equals(PORT)).findFirst().ifPresent(setting -> findings.add(
                            port(frontEnd, Optional.ofNullable(configuration.get(frontEnd + "." + PORT))
                                    .or(setting::value), Integer.parseInt(setting.defaultValue()), running)));
        }
        return findings;
    }

    private static Finding port(String frontEnd, Optional<String> configured, int usual, boolean running) {
        int port = configured.map(String::strip).filter(text -> text.matches("[0-9]{1," + MOST_PORT_DIGITS + "}"))
                .map(Integer::parseInt).orElse(usual);
        if (port > 0xffff) {
            return Finding.fault(PORT, frontEnd + ".port = " + port, "a port is a number from 0 to 65535");
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return Finding.ok(PORT, "port " + port + " of " + frontEnd + " is free");
        } catch (IOException e) {
            String what = "port " + port + " of " + frontEnd;
            return running ? Finding.ok(PORT, what + " is served by the running instance")
                    : Finding.fault(PORT, what + " cannot be had: " + e.getMessage(),
                            "end the program that has it, or choose another: " + frontEnd + ".port = N");
        }
    }

    /**
     * Compares this machine's clock with a directory's.
     *
     * @param directories in turn
     * @return how it is; skipped if none answers
     */
    static Finding clock(List<URI> directories) throws InterruptedException {
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            for (URI directory : directories) {
                Optional<Instant> told = time(client, directory);
                if (told.isPresent()) {
                    return clock(told.get());
                }
            }
        }
        return Finding.skipped("clock", directories.isEmpty() ? "a file describes the network"
                : "no directory tells the time");
    }

    private static Finding clock(Instant told) {
        Duration off = Duration.between(told, Instant.now());
        if (off.abs().compareTo(CLOCK_TOLERANCE) < 0) {
            return Finding.ok("clock", "as the directory's, within " + CLOCK_TOLERANCE.toSeconds() + " s");
        }
        return Finding.fault("clock", Math.abs(off.toSeconds()) + " s " + (off.isNegative() ? "behind" : "ahead of")
                + " the directory's", "set it: timedatectl set-ntp true, or your system's settings");
    }

    private static Optional<Instant> time(HttpClient client, URI directory) throws InterruptedException {
        try {
            HttpResponse<Void> answer = client.send(HttpRequest.newBuilder(directory).timeout(PATIENCE)
                    .method("HEAD", HttpRequest.BodyPublishers.noBody()).build(),
                    HttpResponse.BodyHandlers.discarding());
            return answer.headers().firstValue("Date").map(text ->
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
        } catch (IOException | DateTimeParseException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
