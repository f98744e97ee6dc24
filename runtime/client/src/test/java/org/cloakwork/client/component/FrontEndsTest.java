package org.cloakwork.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.spi.frontend.FrontEnd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** What becomes of a front-end that serves when its settings change. */
class FrontEndsTest {

    private static final String NAME = "door";
    private static final String KEY = "key";

    private final List<String> calls = new ArrayList<>();
    private List<String> problems = List.of();
    private List<String> mistakes = List.of();
    private final FrontEnds frontEnds = new FrontEnds(now -> problems = now, now -> mistakes = now);
    /** Whether it can do without a new start. */
    private boolean changes = true;

    private final class Door implements FrontEnd {

        private String read(Map<String, String> settings) throws IOException {
            String value = settings.get(KEY);
            switch (value) {
                case "wrong" -> throw new IllegalArgumentException("door: key: \"wrong\"; allowed is anything else");
                case "taken" -> throw new IOException("the port is taken");
                default -> { }
            }
            return value;
        }

        @Override
        public Serving serve(MixnetClient client, Map<String, String> settings) throws IOException {
            calls.add("serve " + read(settings));
            return new Serving() {

                @Override
                public List<URI> addresses() {
                    return List.of();
                }

                @Override
                public boolean change(Map<String, String> changed) throws IOException {
                    String value = read(changed);
                    calls.add("change " + value);
                    return changes;
                }

                @Override
                public void close() {
                    calls.add("close");
                }
            };
        }
    }

    private static <T> T fake(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(FrontEndsTest.class.getClassLoader(), new Class<?>[] {type},
                (proxy, method, arguments) -> method.getName().equals("registerService")
                        ? fake(ServiceRegistration.class) : null));
    }

    private void choose(String value) {
        frontEnds.choose(Map.of(NAME, Map.of(KEY, value)));
    }

    @BeforeEach
    void begin() {
        frontEnds.add(new Door(), NAME);
        choose("first");
        frontEnds.start(fake(BundleContext.class), "client", fake(MixnetClient.class));
    }

    @AfterEach
    void end() {
        frontEnds.close();
        assertEquals("close", calls.getLast());
    }

    @Test
    void oneThatTakesOtherSettingsGoesOnAndIsAskedOnce() {
        choose("second");
        choose("second");
        assertEquals(List.of("serve first", "change second"), calls);
        assertEquals(List.of(), problems);
    }

    @Test
    void oneThatCannotIsClosedAndStartedWithThem() {
        changes = false;
        choose("second");
        assertEquals(List.of("serve first", "change second", "close", "serve second"), calls);
        assertEquals(List.of(), problems);
    }

    @Test
    void settingsThatAreWrongAreToldOnceAndTheLastGoodOnesStayInForce() {
        choose("wrong");
        choose("wrong");
        assertEquals(List.of("serve first"), calls);
        assertEquals(1, problems.size(), problems.toString());
        assertEquals("front-end door: key: \"wrong\"; allowed is anything else; the last good settings stay in force",
                problems.getFirst());
        assertEquals(problems, mistakes);
        choose("second");
        assertEquals(List.of("serve first", "change second"), calls);
        assertEquals(List.of(), problems);
        assertEquals(List.of(), mistakes);
    }

    @Test
    void whatIsInTheWayForNowHasItStartedWithWhatItHadAndIsNoMistake() {
        choose("taken");
        assertEquals(List.of("serve first", "close", "serve first"), calls);
        assertEquals(1, problems.size(), problems.toString());
        assertEquals(List.of(), mistakes);
    }

    @Test
    void oneThatIsNotWantedAnyMoreIsClosed() {
        frontEnds.choose(Map.of());
        assertEquals(List.of("serve first", "close"), calls);
        assertEquals(List.of(), problems);
    }
}
