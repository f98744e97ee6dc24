package org.cloakwork.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.cloakwork.api.local.LocalNetwork;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** When networks end, and what is told of a wrong place. */
class MixnetEndsTest {

    private static final List<URI> SEEN = new ArrayList<>();

    static class Places {

        @Mixnet
        static LocalNetwork shared;

        @Mixnet
        LocalNetwork own;

        @BeforeAll
        static void all(@Mixnet LocalNetwork network) throws Exception {
            open(network);
            open(shared);
        }

        @Test
        void test(@Mixnet LocalNetwork network) throws Exception {
            open(network);
            open(own);
        }

        @AfterEach
        void stillThere() throws Exception {
            open(own);
        }

        @AfterAll
        static void onlyThoseOfTheClass() throws Exception {
            open(shared);
            assertThrows(ConnectException.class, () -> connect(SEEN.get(2)));
            assertThrows(ConnectException.class, () -> connect(SEEN.get(3)));
        }

        private static void open(LocalNetwork network) throws Exception {
            connect(network.directory());
            SEEN.add(network.directory());
        }
    }

    static class AtSomethingElse {

        @Mixnet
        static String network;

        @Test
        void test() {
        }
    }

    static class AtAConstant {

        @Mixnet
        static final LocalNetwork NETWORK = null;

        @Test
        void test() {
        }
    }

    private static void connect(URI uri) throws Exception {
        new Socket(uri.getHost(), uri.getPort()).close();
    }

    @Test
    void networksEndWithWhatTheyWereStartedFor() {
        SEEN.clear();
        assertEquals(List.of(), failuresOf(Places.class));
        assertEquals(6, SEEN.size());
        for (URI directory : SEEN) {
            assertThrows(ConnectException.class, () -> connect(directory));
        }
    }

    @Test
    void aWrongPlaceIsNamed() {
        assertTells("AtSomethingElse.network, which is no LocalNetwork", AtSomethingElse.class);
        assertTells("AtAConstant.NETWORK, which is final", AtAConstant.class);
    }

    private static void assertTells(String words, Class<?> test) {
        List<String> failures = failuresOf(test);
        assertEquals(1, failures.size(), failures.toString());
        assertTrue(failures.getFirst().endsWith(words), failures.toString());
    }

    private static List<String> failuresOf(Class<?> test) {
        return EngineTestKit.engine("junit-jupiter").selectors(selectClass(test)).execute().allEvents().finished()
                .failed().stream().map(event -> event.getRequiredPayload(TestExecutionResult.class).getThrowable()
                .orElseThrow().getMessage()).toList();
    }
}
