package org.cloakwork.launcher.demo;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.Subscription;
import org.cloakwork.api.local.LocalNetwork;

/** What happens in the demo: a text, some probes, a file, and bob's answer to someone he does not know. */
final class Demo {

    private static final int PROBES = 40;
    private static final int REPLY_SURBS = 20;
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int BAR = 30;

    private final PrintStream out;
    private final LocalNetwork network;
    private final MixnetClient alice;
    private final MixnetClient bob;
    private final String cover;

    /** @param cover what the clients do, for people */
    Demo(PrintStream out, LocalNetwork network, MixnetClient alice, MixnetClient bob, String cover) {
        this.out = out;
        this.network = network;
        this.alice = alice;
        this.bob = bob;
        this.cover = cover;
    }

    /** @throws IllegalStateException if anything of it fails; the message says what */
    void run(String fileName, byte[] file) throws Exception {
        int mixes = network.topology().layer(1).size() * 3;
        out.printf("%nA Nym mixnet in this process: %d mix nodes in 3 layers, %d gateways, a directory, 2 clients.%n%n",
                mixes, network.topology().gateways().size());
        out.println("  alice  " + shortened(alice));
        out.println("  bob    " + shortened(bob));
        out.println();

        BlockingQueue<ReceivedMessage> atBob = new LinkedBlockingQueue<>();
        BlockingQueue<ReceivedMessage> atAlice = new LinkedBlockingQueue<>();
        try (Subscription ignored = bob.subscribe(atBob::add); Subscription ignored2 = alice.subscribe(atAlice::add)) {
            text(atBob);
            long[] latencies = probes(atBob);
            long started = System.nanoTime();
            String digest = file(fileName, file, atBob);
            double seconds = (System.nanoTime() - started) / 1e9;
            answer(digest, atAlice);
            table(latencies, file.length, seconds);
        }
    }

    private void text(BlockingQueue<ReceivedMessage> atBob) throws Exception {
        String text = "Hello Bob, nobody saw me send this.";
        Delivery delivery = alice.send(bob.address(), text.getBytes(StandardCharsets.UTF_8));
        ReceivedMessage received = take(atBob, "bob did not get the text");
        check(received.text().equals(text), "bob got another text");
        Outcome.Acknowledged acknowledged = acknowledged(delivery);
        out.printf("  alice -> bob   \"%s\"  acknowledged after %d ms%n", received.text(),
                acknowledged.elapsed().toMillis());
    }

    /** Small messages, one after the other, timed from the call to bob's listener. */
    private long[] probes(BlockingQueue<ReceivedMessage> atBob) throws Exception {
        long[] nanos = new long[PROBES];
        List<Delivery> deliveries = new ArrayList<>();
        for (int i = 0; i < PROBES; i++) {
            long started = System.nanoTime();
            deliveries.add(alice.send(bob.address(), new byte[]{(byte) i}));
            ReceivedMessage received = take(atBob, "bob did not get probe " + i);
            nanos[i] = System.nanoTime() - started;
            check(received.payload().length == 1 && received.payload()[0] == i, "bob got another probe");
        }
        for (Delivery delivery : deliveries) {
            acknowledged(delivery);
        }
        Arrays.sort(nanos);
        return nanos;
    }

    private String file(String fileName, byte[] file, BlockingQueue<ReceivedMessage> atBob) throws Exception {
        String digest = sha256(file);
        Delivery delivery = alice.send(bob.address(), file, SendOptions.DEFAULT.withReplySurbs(REPLY_SURBS));
        progress(fileName, file.length, delivery);
        ReceivedMessage received = take(atBob, "bob did not get the file");
        check(sha256(received.payload()).equals(digest), "the SHA-256 of what bob got does not match");
        acknowledged(delivery);
        out.println("  bob            SHA-256 matches: " + digest);
        SenderTag tag = received.sender().orElseThrow(() ->
                new IllegalStateException("the file came without reply SURBs"));
        String answer = "Got " + received.payload().length + " bytes, SHA-256 " + digest;
        Delivery reply = bob.reply(tag, answer.getBytes(StandardCharsets.UTF_8));
        acknowledged(reply);
        out.println("  bob -> ?       answered by SURB; all bob knows of the sender is a tag, hash "
                + tag.shortHash());
        return answer;
    }

    private void answer(String expected, BlockingQueue<ReceivedMessage> atAlice) throws InterruptedException {
        ReceivedMessage reply = take(atAlice, "alice did not get bob's answer");
        check(reply.text().equals(expected), "alice got another answer");
        out.println("  alice          \"" + reply.text().substring(0, reply.text().indexOf(',')) + " ...\"");
    }

    private void table(long[] latencies, int fileBytes, double seconds) {
        long data = alice.counters().get("packets.sent.data") + bob.counters().get("packets.sent.data");
        long again = alice.counters().get("packets.sent.retransmission")
                + bob.counters().get("packets.sent.retransmission");
        long acks = alice.counters().get("acks.received") + bob.counters().get("acks.received");
        long created = alice.counters().get("messages.created") + bob.counters().get("messages.created");
        long acknowledged = alice.counters().get("messages.acknowledged") + bob.counters().get("messages.acknowledged");
        out.println();
        row("route", "4 hops: 3 mixes, then the recipient's gateway; 15 ms mean delay at each mix");
        row("cover", cover);
        row("messages", created + " sent, " + acknowledged + " acknowledged");
        row("packets", data + " of 2413 bytes, each with its own route and a SURB-ack inside");
        row("acknowledgements", acks + " by SURB-ack");
        row("retransmissions", String.valueOf(again));
        row("latency", "p50 %.0f ms, p95 %.0f ms (one way, %d small messages)".formatted(
                latencies[PROBES / 2] / 1e6, latencies[PROBES * 95 / 100] / 1e6, PROBES));
        row("throughput", "%.0f kB/s (%,d bytes in %.1f s)".formatted(fileBytes / seconds / 1000, fileBytes, seconds));
        out.println();
        check(created == acknowledged, created + " messages were sent, but " + acknowledged + " acknowledged");
        out.println("Everything arrived and was acknowledged.");
    }

    private void row(String name, String value) {
        out.printf("  %-18s %s%n", name, value);
    }

    private void progress(String fileName, int bytes, Delivery delivery) throws Exception {
        CompletableFuture<Outcome> outcome = delivery.outcome();
        String label = "  alice -> bob   %s, %,d bytes, %d reply SURBs".formatted(fileName, bytes, REPLY_SURBS);
        if (!Boolean.getBoolean("cloakwork.terminal")) {
            out.println(label);
            return;
        }
        while (true) {
            Delivery.Progress progress = delivery.progress();
            int done = progress.packets() == 0 ? 0 : progress.acknowledged() * BAR / progress.packets();
            out.print("\r" + label + "  [" + "#".repeat(done) + ".".repeat(BAR - done) + "]");
            out.flush();
            try {
                outcome.get(100, TimeUnit.MILLISECONDS);
                out.print("\r" + label + " ".repeat(BAR + 4) + "\n");
                return;
            } catch (TimeoutException e) {
                // still on its way: draw again
            }
        }
    }

    private static Outcome.Acknowledged acknowledged(Delivery delivery)
            throws InterruptedException, ExecutionException, TimeoutException {
        return switch (delivery.outcome().get(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            case Outcome.Acknowledged acknowledged -> acknowledged;
            case Outcome.Failed failed ->
                    throw new IllegalStateException("a message failed: " + failed.reason() + ", " + failed.detail());
        };
    }

    private static ReceivedMessage take(BlockingQueue<ReceivedMessage> queue, String otherwise)
            throws InterruptedException {
        ReceivedMessage message = queue.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
        check(message != null, otherwise);
        return message;
    }

    private static void check(boolean fact, String otherwise) {
        if (!fact) {
            throw new IllegalStateException(otherwise);
        }
    }

    private static String shortened(MixnetClient client) {
        String text = client.address().toString();
        return text.substring(0, 8) + "...@" + client.address().gateway().toString().substring(0, 8) + "...";
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
