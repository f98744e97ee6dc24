package org.cloakwork.itests.dashboard;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.cloakwork.itests.testing.distribution.Command;

/** Requests to a dashboard. */
final class Http {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration ANSWER = Duration.ofSeconds(20);

    private Http() {
    }

    /** {@return where the front-end called dashboard serves, as "run" prints it} */
    static URI dashboard(Command run) throws InterruptedException {
        return URI.create(run.awaitLine(line -> line.startsWith("dashboard http")).split(" ")[1]);
    }

    static HttpResponse<String> get(URI uri, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(ANSWER);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    static HttpResponse<String> post(URI uri, String body, String... headers) throws IOException,
            InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(ANSWER)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** {@return what comes, line by line, for as long as it is read} */
    static Stream<String> lines(URI uri) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofLines()).body();
    }

    /** {@return how long it took until an answer was like that} */
    static Duration until(URI uri, Duration limit, Predicate<HttpResponse<String>> wanted) throws Exception {
        long start = System.nanoTime();
        while (true) {
            HttpResponse<String> answer = get(uri);
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            if (wanted.test(answer)) {
                return took;
            }
            if (took.compareTo(limit) > 0) {
                throw new AssertionError("after " + took.toMillis() + " ms: " + answer.statusCode() + " "
                        + answer.body());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
