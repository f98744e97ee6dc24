package org.cloakwork.itests.chaos.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Asks a running instance over its control socket, as the verbs do without a JVM for each question. */
final class Control {

    private static final int TOLD_NOT_WELL = 3;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path socket;

    /** @param state folder of the instance */
    Control(Path state) {
        socket = state.resolve("control").resolve("socket");
    }

    /** {@return parts that the client could use instead of those it does, by kind} */
    SortedMap<String, List<String>> others() throws IOException {
        JsonNode uses = JSON.readTree(ask("state --json")).findValue("parts");
        SortedMap<String, List<String>> others = new TreeMap<>();
        ask("parts").lines().map(line -> line.split(" {2,}"))
                .filter(row -> row.length > 2 && row[2].equals("available") && uses.has(row[0]))
                .forEach(row -> others.computeIfAbsent(row[0], kind -> new ArrayList<>()).add(row[1]));
        return others;
    }

    /**
     * @param kind of part
     * @param part to use from now on
     * @throws IOException if the instance says no; the message says why
     */
    void swap(String kind, String part) throws IOException {
        ask("swap " + kind + " " + part);
    }

    /** {@return what the client has counted, by name} */
    JsonNode counters() throws IOException {
        return JSON.readTree(ask("state --json")).findValue("counters");
    }

    private String ask(String line) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            ByteBuffer question = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
            while (question.hasRemaining()) {
                channel.write(question);
            }
            InputStream in = Channels.newInputStream(channel);
            StringBuilder head = new StringBuilder();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    throw new EOFException(line + ": no answer");
                }
                head.append((char) next);
            }
            String[] fields = head.toString().split(" ");
            String text = new String(in.readNBytes(Integer.parseInt(fields[1])), StandardCharsets.UTF_8);
            int code = Integer.parseInt(fields[0]);
            if (code != 0 && code != TOLD_NOT_WELL) {
                throw new IOException(line + ": " + text.strip());
            }
            return text;
        }
    }
}
