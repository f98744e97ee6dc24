package org.cloakwork.itests.testing.distribution;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * Asks a running instance as the verbs do, without a JVM of its own.
 *
 * @param state the folder of its state
 */
public record Shell(Path state) {

    /** {@return the answer} */
    public String ask(String line) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(state.resolve("control/socket")))) {
            channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
            InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
            StringBuilder head = new StringBuilder();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                head.append((char) next);
            }
            return new String(in.readNBytes(Integer.parseInt(head.toString().split(" ")[1])), StandardCharsets.UTF_8);
        }
    }

    /** {@return how long it took until the answer was as wanted} */
    public Duration await(String question, Predicate<String> wanted, Duration limit)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        String answer = ask(question);
        while (!wanted.test(answer)) {
            if (System.nanoTime() - start > limit.toNanos()) {
                throw new AssertionError("still:\n" + answer);
            }
            Thread.sleep(20);
            answer = ask(question);
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
