package org.cloakwork.itests.services;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How long a small request takes, to a service and to the same page through an exit. Told, and not judged. */
class LatencyIT {

    private static final int REQUESTS = Integer.getInteger("cloakwork.requests", 10);

    @Test
    void aSmallRequestBesideTheSameThroughAnExit() throws Exception {
        HttpServer page = Programs.page();
        try (World world = new World(Map.of("serve", "80 -> 127.0.0.1:" + page.getAddress().getPort()))) {
            InetSocketAddress proxy = new InetSocketAddress("127.0.0.1", world.http.addresses().getFirst().getPort());
            List<Double> service = new ArrayList<>();
            List<Double> exit = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                service.add(millis(proxy, "http://" + world.name + "/"));
                exit.add(millis(proxy, "http://127.0.0.1:" + page.getAddress().getPort() + "/"));
            }
            System.out.printf("[latency] %d requests each, one at a time, a connection each: median %.0f ms to the "
                    + "service, %.0f ms through an exit%n", REQUESTS, MannWhitney.median(service),
                    MannWhitney.median(exit));
        } finally {
            page.stop(0);
        }
    }

    private static double millis(InetSocketAddress proxy, String url) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().proxy(ProxySelector.of(proxy)).build()) {
            long begun = System.nanoTime();
            HttpResponse<String> answer = client.send(HttpRequest.newBuilder(URI.create(url)).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertEquals(200, answer.statusCode());
            return (System.nanoTime() - begun) / 1e6;
        }
    }
}
