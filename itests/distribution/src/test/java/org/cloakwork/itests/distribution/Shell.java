package org.cloakwork.itests.distribution;

import java.io.BufferedInputStream;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;

/** Asks a running instance as the verbs do, without a JVM of its own. */
record Shell(Path state) {

    String ask(String line) throws Exception {
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
    Duration await(String question, Predicate<String> wanted, Duration limit) throws Exception {
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
