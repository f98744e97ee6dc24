package org.cloakwork.routes.fixed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.cloakwork.itests.testing.routes.RouteTrials;
import org.cloakwork.itests.testing.routes.RouteTrials.Setting;
import org.cloakwork.itests.testing.routes.RouteTrials.Share;
import org.cloakwork.spi.routes.KeptRoutes;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.routes.Standing;
import org.cloakwork.spi.topology.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FixedRoutesTest {

    private static RoutePolicy part(String... keysAndValues) {
        Map<String, String> configuration = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            configuration.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return new FixedRoutes.Factory().create(configuration);
    }

    /** For b^h (1 - (1 - b^(3-h))^m), with the rounding of b to whole mixes. */
    @ParameterizedTest
    @CsvSource({"300, 45, 250, 1", "300, 45, 250, 2", "80, 8, 500, 1", "80, 8, 500, 2", "80, 8, 11000, 1"})
    void aRouteIsTracedAsTheClosedFormSays(int mixes, int hostile, int packets, int fixed) {
        RoutePolicy part = fixed == 1 ? part() : part("cover", "client client fresh", "data", "client client fresh");
        int trials = packets > 1000 ? 300 : 6000;
        Share share = RouteTrials.tracedCover(part, new Setting(mixes, hostile, packets), trials, 1);
        double b = (double) hostile / mixes;
        double law = Math.pow(b, fixed) * (1 - Math.pow(1 - Math.pow(b, 3 - fixed), packets));
        System.out.printf("%d of 3 layers fixed, %d mixes a layer, %d hostile, %d routes: %s, law %.4f%n", fixed, mixes,
                hostile, packets, share, law);
        assertEquals(law, share.share(), share.interval());
    }

    @Test
    void aMixIsKeptForTheClientOrForAConversation() {
        RouteTrials client = new RouteTrials(part("data", "fresh client conversation",
                "ack", "conversation client fresh"),
                RouteTrials.topology(80), 1);
        Set<Node> seconds = new HashSet<>();
        Map<Long, Set<Node>> thirds = new HashMap<>();
        Map<Long, Set<Node>> firsts = new HashMap<>();
        for (long i = 0; i < 3000; i++) {
            long conversation = 1 + i % 10;
            Mixes data = client.choose(PacketKind.DATA, conversation);
            Mixes ack = client.choose(PacketKind.ACK, conversation);
            seconds.add(data.second());
            seconds.add(ack.second());
            seconds.add(client.choose(PacketKind.COVER, 0).second());
            thirds.computeIfAbsent(conversation, added -> new HashSet<>()).add(data.third());
            firsts.computeIfAbsent(conversation, added -> new HashSet<>()).add(ack.first());
        }
        assertEquals(1, seconds.size());
        assertTrue(thirds.values().stream().allMatch(mixes -> mixes.size() == 1), thirds::toString);
        assertTrue(firsts.values().stream().allMatch(mixes -> mixes.size() == 1), firsts::toString);
        assertTrue(Set.copyOf(thirds.values()).size() > 5, "ten conversations have mixes of their own");
    }

    /** From the table of {@link PacketKind}. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "data | client client client | fresh or conversation in layer 3, since the recipient's gateway sees that mix",
        "ack | client fresh fresh | fresh or conversation in layer 1, since the recipient's gateway sees that mix",
        "reply-block | client fresh fresh | fresh or conversation in layer 1, since the recipient, with its gateway",
        "cover | conversation fresh fresh | fresh or client, since cover belongs to no conversation",
        "data | client fresh fresh | in layer 1 what cover has there (fresh), since own gateway sees both",
        "data | conversation fresh fresh | in layer 1 what cover has there (fresh), since own gateway sees both",
        "ack | fresh fresh client | in layer 3 what cover-ack has there (fresh), since own gateway sees both",
        "reply-block | fresh fresh conversation | in layer 3 what cover has there (fresh), since own gateway sees both",
        "data | client | a word for each of the three layers: fresh, conversation, client",
        "ack | fresh fresh polka | a word for each of the three layers: fresh, conversation, client"})
    void settingsThatWouldTellMoreAreRefusedWithTheReason(String key, String value, String reason) {
        String refusal = assertThrows(IllegalArgumentException.class, () -> part(key, value)).getMessage();
        System.out.println(refusal);
        assertTrue(refusal.startsWith("routes fixed: " + key + ": \"" + value + '"'), refusal);
        assertTrue(refusal.contains(reason), refusal);
    }

    @Test
    void aMixThatDiedIsLeftAndOneThatWorkedIsNotForLosingSome() {
        RoutePolicy part = part();
        RouteTrials client = new RouteTrials(part, RouteTrials.topology(80), 3);
        Mixes first = client.choose(PacketKind.COVER, 0);
        for (int i = 0; i < Standing.LOSSES_AT_FIRST; i++) {
            assertEquals(first.second(), client.choose(PacketKind.DATA, 1).second());
            client.lost(PacketKind.COVER, 0, first);
        }
        Mixes second = client.choose(PacketKind.COVER, 0);
        assertNotEquals(first.second(), second.second());
        for (int i = 0; i < 1000; i++) {
            Mixes now = client.choose(PacketKind.COVER, 0);
            assertEquals(second.second(), now.second());
            if (i % Standing.LOSSES_IN_A_ROW == 0) {
                client.arrived(PacketKind.COVER, 0, now, Optional.empty());
            } else {
                client.lost(PacketKind.COVER, 0, now);
            }
        }
    }

    @Test
    void movesAreLimitedWhateverIsLost() {
        RouteTrials client = new RouteTrials(part(), RouteTrials.topology(80), 4);
        Set<Node> tried = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            Mixes mixes = client.choose(PacketKind.COVER, 0);
            tried.add(mixes.second());
            client.lost(PacketKind.COVER, 0, mixes);
        }
        assertEquals(1 + KeptRoutes.MOST_MOVES, tried.size());
    }
}
