package org.cloakwork.launcher.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Insight;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.spi.control.Control;
import org.junit.jupiter.api.Test;

class SystemdTest {

    private static final long SECOND = 1_000_000_000;

    private final List<String> told = new ArrayList<>();
    private String sentence = "default sends and receives.";
    private CompletableFuture<Insight> answer = CompletableFuture.completedFuture(Insight.NONE);
    private ClientState state = new ClientState.Ready();

    private Systemd systemd(Duration watchdog) {
        MixnetClient client = answering(MixnetClient.class, method -> method.equals("state") ? state : answer);
        Control control = answering(Control.class, method -> method.equals("health")
                ? new Control.Health("ready", sentence, Optional.empty())
                : List.of(new Control.Client("default", client, Map.of(), List.of())));
        return new Systemd(() -> Optional.of(control), watchdog, told::addAll, 0);
    }

    private interface Answers {

        Object to(String method);
    }

    private static <T> T answering(Class<T> type, Answers answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type},
                (self, method, arguments) -> answers.to(method.getName())));
    }

    @Test
    void statusIsToldWhenItChanges() {
        Systemd systemd = systemd(Duration.ZERO);
        systemd.ready();
        systemd.tick(0);
        systemd.tick(SECOND);
        sentence = "default is degraded:\nno gateway";
        systemd.tick(2 * SECOND);
        systemd.close();
        assertEquals(List.of("READY=1", "STATUS=default sends and receives.",
                "STATUS=default is degraded: no gateway", "STOPPING=1"), told);
    }

    @Test
    void signOfLifeComesAtHalfOfTheTime() {
        Systemd systemd = systemd(Duration.ofSeconds(10));
        for (int second = 0; second < 11; second++) {
            systemd.tick(second * SECOND);
        }
        assertEquals(3, told.stream().filter("WATCHDOG=1"::equals).count(), told.toString());
    }

    @Test
    void noSignOfLifeWhileTheThreadOfAClientDoesNotAnswer() {
        Systemd systemd = systemd(Duration.ofMillis(40));
        answer = new CompletableFuture<>();
        systemd.tick(0);
        assertEquals(List.of("STATUS=default sends and receives."), told);
        answer = CompletableFuture.failedFuture(new IllegalStateException("planted"));
        systemd.tick(SECOND);
        assertEquals(1, told.size(), told.toString());
        state = new ClientState.Stopped("closed");
        systemd.tick(SECOND + 1);
        assertEquals("WATCHDOG=1", told.getLast());
    }
}
