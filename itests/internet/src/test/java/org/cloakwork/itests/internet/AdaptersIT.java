package org.cloakwork.itests.internet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloakwork.api.Internet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each library fetches a page by a name that only the exit can look up; the examples of docs/internet.md are these. */
@Timeout(120)
class AdaptersIT {

    private static World world;
    private static WebServer web;
    private static GrpcServer grpc;
    private static Internet internet;

    @BeforeAll
    static void start() throws Exception {
        world = new World();
        web = WebServer.plain();
        grpc = new GrpcServer();
        internet = world.client.internet();
    }

    @AfterAll
    static void end() {
        internet.close();
        grpc.close();
        web.close();
        world.close();
    }

    static Stream<String> names() {
        return Adapters.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void aPageIsFetchedByNameThroughTheMixnet(String name) throws Exception {
        int others = LookUps.byOthers().size();
        long exit = LookUps.byTheExit();
        int port = name.equals(Adapters.GRPC) ? grpc.port() : web.port();
        long started = System.nanoTime();
        assertEquals("page /x", Adapters.all().get(name).get(internet,
                URI.create("http://" + LookUps.freshName() + ':' + port + "/x")));
        System.out.printf("[adapters] %s: %d ms%n", name, (System.nanoTime() - started) / 1_000_000);
        assertTrue(LookUps.byTheExit() > exit);
        List<String> asked = LookUps.byOthers();
        assertEquals(List.of(), asked.subList(others, asked.size()));
    }

    @Test
    void theExamplesOfThePageAreWhatRanHere() throws Exception {
        Path root = Path.of(System.getProperty("cloakwork.root"));
        String page = Files.readString(root.resolve("docs/internet.md"));
        String sources;
        try (Stream<Path> files = Files.walk(root.resolve("itests/internet/src/test"))) {
            sources = files.filter(file -> file.toString().matches(".*\\.(java|kt)")).map(AdaptersIT::flat)
                    .collect(Collectors.joining("\n"));
        }
        List<String> examples = Pattern.compile("```(?:java|kotlin)\n(.*?)```", Pattern.DOTALL).matcher(page).results()
                .map((MatchResult found) -> found.group(1)).filter(code -> !code.contains("class ")).toList();
        assertEquals(Adapters.all().size(), examples.size());
        for (String example : examples) {
            assertTrue(sources.contains(flat(example)), example);
        }
        for (String name : Adapters.all().keySet()) {
            assertTrue(page.contains("| " + name + " |"), name);
        }
    }

    private static String flat(Path file) {
        try {
            return flat(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return it without indentation} */
    private static String flat(String code) {
        return code.lines().map(String::strip).collect(Collectors.joining("\n"));
    }
}
