package org.cloakwork.itests.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.frontend.exit.ExitFrontEnd;
import org.cloakwork.proxy.ExitSettings;
import org.cloakwork.proxy.Exits;
import org.cloakwork.proxy.NoExitException;
import org.cloakwork.spi.frontend.ExitStanding;
import org.cloakwork.spi.frontend.FrontEnd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Exits that a local network names are found, asked, taken and left. */
@Timeout(180)
class ExitsIT {

    private static final Duration READY = Duration.ofMinutes(2);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<AutoCloseable> open = new ArrayList<>();
    private LocalNetwork network;
    private MixnetClient client;

    private record RunningExit(MixnetClient client, FrontEnd.Serving serving) {

        MixnetAddress address() {
            return client.address();
        }

        void kill() {
            serving.close();
            client.close();
        }
    }

    @BeforeEach
    void start() throws Exception {
        network = LocalNetwork.builder().start();
        open.add(network);
        client = client(0);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    private MixnetClient client(int gateway) throws Exception {
        MixnetClient made = MixnetClient.builder().network(network)
                .gateway(network.topology().gateways().get(gateway).identity()).start();
        open.add(made);
        made.awaitReady(READY);
        return made;
    }

    private RunningExit exit(int gateway, String policy, String country) throws Exception {
        MixnetClient behind = client(gateway);
        FrontEnd.Serving serving = new ExitFrontEnd(Map.of()).serve(behind, Map.of("policy", policy));
        open.add(serving);
        network.announce(new KnownExit(behind.address(), Optional.of(country), OptionalInt.empty()));
        return new RunningExit(behind, serving);
    }

    private Exits exits(ExitSettings settings) {
        Exits exits = Exits.of(client, settings);
        open.add(exits);
        return exits;
    }

    private static ExitStanding standing(Exits exits, RunningExit exit) {
        return exits.known().stream().filter(known -> known.exit().address().equals(exit.address())).findFirst()
                .orElseThrow();
    }

    @Test
    void exitsAreFoundThroughTheDirectoryAndAskedForTheirPolicies() throws Exception {
        RunningExit web = exit(0, "accept *:80, accept *:443", "DE");
        RunningExit mail = exit(1, "accept *:25", "CH");
        assertEquals(2, client.exits().get(20, TimeUnit.SECONDS).size());
        Exits all = exits(ExitSettings.of());
        assertEquals(web.address(), all.choose(443, PATIENCE).exit());
        assertEquals(mail.address(), all.choose(25, PATIENCE).exit());
        assertEquals("no exit connects to port 22, 2 asked",
                assertThrows(NoExitException.class, () -> all.choose(22, PATIENCE)).getMessage());
        ExitStanding known = standing(all, web);
        assertEquals(Optional.of(false), known.open());
        assertEquals(OptionalInt.of(2), known.policyRules());
        assertEquals(OptionalInt.of(100), known.exit().performancePercent());
        System.out.println("[exits] asked in " + known.roundTrip().orElseThrow().toMillis() + " and "
                + standing(all, mail).roundTrip().orElseThrow().toMillis() + " ms");

        Exits swiss = exits(new ExitSettings(List.of(), Set.of("CH"), 50));
        assertEquals(mail.address(), swiss.choose(25, PATIENCE).exit());
        assertEquals(ExitStanding.State.EXCLUDED, standing(swiss, web).state());
        assertTrue(assertThrows(NoExitException.class, () -> swiss.choose(443, PATIENCE)).getMessage()
                .startsWith("no exit connects to port 443"));
    }

    @Test
    void oneOfTwoExitsIsKilledWhile200ConnectionsWaitForIt() throws Exception {
        RunningExit first = exit(0, "accept *:443", "DE");
        RunningExit second = exit(1, "accept *:443", "DE");
        Exits exits = exits(ExitSettings.of(first.address(), second.address()));
        // The one that answers first is taken.
        boolean inOrder = exits.choose(443, PATIENCE).exit().equals(first.address());
        RunningExit one = inOrder ? first : second;
        RunningExit other = inOrder ? second : first;
        one.kill();
        List<Exits.Use> uses = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            uses.add(exits.choose(443, PATIENCE));
        }
        long begin = System.nanoTime();
        for (Exits.Use use : uses) {
            if (use.exit().equals(one.address())) {
                assertTrue(use.lost().get(60, TimeUnit.SECONDS).startsWith("it did not answer within"));
            }
        }
        Exits.Use moved = exits.choose(443, PATIENCE);
        assertEquals(other.address(), moved.exit());
        assertNotEquals(one.address(), moved.exit());
        assertEquals(ExitStanding.State.ASIDE, standing(exits, one).state());
        System.out.println("[exits] " + uses.stream().filter(use -> use.exit().equals(one.address())).count()
                + " of 200 connections told to go elsewhere after " + (System.nanoTime() - begin) / 1_000_000 + " ms");
    }
}
