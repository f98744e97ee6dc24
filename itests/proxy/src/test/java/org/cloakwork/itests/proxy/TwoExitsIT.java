package org.cloakwork.itests.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.frontend.exit.ExitFrontEnd;
import org.cloakwork.frontend.http.HttpFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;
import org.junit.jupiter.api.Test;

/** One of two exits is killed under load: each request is answered, or its program is told why not, in time. */
class TwoExitsIT {

    private static final int REQUESTS = 200;
    private static final int BYTES = 20_000;
    private static final Duration READY = Duration.ofMinutes(2);
    private static final Duration DEADLINE = Duration.ofSeconds(90);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private static MixnetClient client(LocalNetwork network, int gateway) throws Exception {
        MixnetClient client = MixnetClient.builder().network(network)
                .gateway(network.topology().gateways().get(gateway).identity()).start();
        client.awaitReady(READY);
        return client;
    }

    private static FrontEnd.Serving exit(MixnetClient client) throws IOException {
        return new ExitFrontEnd(Map.of()).serve(client, Map.of("policy", "accept 127.0.0.0/8:*", "allow-private",
                "true"));
    }

    @Test
    void aKilledExitCostsTheConnectionsItHad() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start(); MixnetClient first = client(network, 0);
             MixnetClient second = client(network, 1); MixnetClient user = client(network, 1);
             WebServer web = new WebServer();
             FrontEnd.Serving exitOne = exit(first); FrontEnd.Serving exitTwo = exit(second)) {
            for (MixnetClient exit : List.of(first, second)) {
                network.announce(new KnownExit(exit.address(), Optional.empty(),
                        OptionalInt.empty()));
            }
            try (FrontEnd.Serving http = new HttpFrontEnd(Map.of()).serve(user, Map.of("port", "0", "exit", "auto",
                    "connect-timeout-millis", "30000"))) {
                HttpClient programs = HttpClient.newBuilder().proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1",
                        http.addresses().getFirst().getPort()))).version(HttpClient.Version.HTTP_1_1).build();
                assertEquals(200, get(programs, web, 1).statusCode());
                String used = http.exits().getFirst().exit().address().toString();
                AtomicInteger whole = new AtomicInteger();
                List<Future<String>> ends = new ArrayList<>();
                long started = System.nanoTime();
                for (int i = 0; i < REQUESTS; i++) {
                    ends.add(threads.submit(() -> {
                        try {
                            HttpResponse<byte[]> answer = get(programs, web, BYTES);
                            if (answer.statusCode() == 200) {
                                assertTrue(Arrays.equals(WebServer.made(BYTES), answer.body()), "not what was sent");
                                whole.incrementAndGet();
                                return "whole";
                            }
                            return "status " + answer.statusCode() + " "
                                    + new String(answer.body(), StandardCharsets.UTF_8).strip();
                        } catch (IOException e) {
                            return "broken: " + e.getClass().getSimpleName();
                        }
                    }));
                }
                while (whole.get() < REQUESTS / 10) {
                    Thread.sleep(20);
                }
                int before = whole.get();
                (used.equals(first.address().toString()) ? first : second).close();
                Map<String, Integer> outcomes = new TreeMap<>();
                for (Future<String> end : ends) {
                    outcomes.merge(end.get(), 1, Integer::sum);
                }
                double seconds = (System.nanoTime() - started) / 1e9;
                System.out.printf("two exits: %d requests, one killed after %d answers; all over after %.1f s: %s%n",
                        REQUESTS, before, seconds, outcomes);
                assertTrue(seconds < DEADLINE.toSeconds(), seconds + " s");
                assertEquals(REQUESTS, outcomes.values().stream().mapToInt(Integer::intValue).sum());
                assertEquals(200, get(programs, web, BYTES).statusCode(), "the other exit does it now");
                assertTrue(http.exits().stream().anyMatch(exit -> exit.exit().address().toString().equals(used)
                        && exit.reason().isPresent()), http.exits().toString());
            }
        }
    }

    private static HttpResponse<byte[]> get(HttpClient programs, WebServer web, int length)
            throws IOException, InterruptedException {
        return programs.send(HttpRequest.newBuilder(URI.create(web.url("/" + length))).timeout(DEADLINE).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }
}
