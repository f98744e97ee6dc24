package org.cloakwork.localnet.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SendOptions;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.localnet.Parts;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.routes.RoutePolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What users of Nym's clients suffer from, as far as it takes many clients; the others are in the client's tests. */
class AcceptanceTest {

    private static final int CLIENTS = 50;
    private static final int REQUESTS_EACH = 200;
    private static final int SURBS = 10;
    private static final int REQUEST_BYTES = 500;
    private static final int ANSWER_BYTES = 8_000;

    private final SimulatedTime time = new SimulatedTime();
    private final SimulatedRandomness randomness = new SimulatedRandomness(8);
    private final StubPacketFormat format = new StubPacketFormat();
    private final StubCryptography cryptography = new StubCryptography(format);
    private final SimulatedNetwork network =
            new SimulatedNetwork(time, randomness.split(), format, cryptography, CLIENTS + 1, 0);

    private Engine client() {
        SimulatedTime.Host host = time.host();
        org.cloakwork.client.base.Parts parts = new org.cloakwork.client.base.Parts();
        parts.set(PartKind.TOPOLOGY, network::directory);
        parts.set(PartKind.TRANSPORT, network.transport(host));
        parts.set(PartKind.SPHINX, format);
        parts.set(PartKind.COVER, Parts.make(CoverTrafficStrategy.class, "none", Map.of()));
        parts.set(PartKind.ROUTES, Parts.make(RoutePolicy.class, "uniform", Map.of()));
        parts.set(PartKind.RETRANSMISSION, Parts.make(RetransmissionPolicy.class, "timeout", Map.of()));
        Engine engine = new Engine(ClientConfiguration.DEFAULT, parts,
                new Environment(time, host, host::execute, host::execute, randomness.split()), cryptography);
        engine.start();
        return engine;
    }

    private static long counter(Engine client, Counter counter) {
        return client.counters().get(counter.key());
    }

    @Test
    @Timeout(300)
    void a8TenThousandRequestsOf50ClientsWithTenReplyBlocksEachAreAnsweredWithoutAStall() {
        Engine server = client();
        List<Delivery> answers = new ArrayList<>();
        server.subscribe(request ->
                answers.add(server.reply(request.sender().orElseThrow(), new byte[ANSWER_BYTES])));
        List<Engine> clients = new ArrayList<>();
        int[] received = new int[CLIENTS];
        for (int i = 0; i < CLIENTS; i++) {
            int number = i;
            Engine client = client();
            client.subscribe(answer -> received[number]++);
            clients.add(client);
        }
        time.run(Duration.ofSeconds(5));
        for (int round = 0; round < REQUESTS_EACH; round++) {
            for (Engine client : clients) {
                client.send(server.address(), new byte[REQUEST_BYTES], SendOptions.DEFAULT.withReplySurbs(SURBS));
                time.run(Duration.ofMillis(10));
            }
        }
        time.run(Duration.ofSeconds(30));
        assertEquals(CLIENTS * REQUESTS_EACH, answers.size());
        long slowestNanos = 0;
        for (Delivery answer : answers) {
            slowestNanos = Math.max(slowestNanos, assertInstanceOf(Outcome.Acknowledged.class,
                    answer.outcome().getNow(null)).elapsed().toNanos());
        }
        for (int count : received) {
            assertEquals(REQUESTS_EACH, count);
        }
        System.out.println("A8: slowest of " + answers.size() + " answers " + slowestNanos / 1_000_000
                + " ms, requests for reply blocks " + counter(server, Counter.SURB_REQUESTS_SENT));
        // An answer takes six hops of 15 ms there and back, a refill before it as long again; this is the slowest
        // packet of a hundred thousand.
        assertTrue(slowestNanos < 1_000_000_000L, "slowest answer: " + slowestNanos / 1_000_000 + " ms");
        // Whoever asks again and again brings more than is kept.
        assertEquals(counter(server, Counter.SURBS_RECEIVED), counter(server, Counter.SURBS_USED)
                + counter(server, Counter.SURBS_EXPIRED) + counter(server, Counter.SURBS_NO_ROOM)
                + server.holdings().surbs());
        assertEquals(clients.stream().mapToLong(client -> counter(client, Counter.SURBS_MADE)).sum(),
                counter(server, Counter.SURBS_RECEIVED));
        assertEquals(0, time.failures());
    }
}
