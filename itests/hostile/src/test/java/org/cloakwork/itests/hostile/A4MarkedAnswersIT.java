package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.ReplySurb;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reply blocks made so that whoever watches the line, or the gateway, knows the packets that answer with them. */
class A4MarkedAnswersIT {

    @TempDir
    Path folder;

    private static ReplySurb withFirstHop(ReplySurb surb, String firstHop) throws Exception {
        byte[] bytes = surb.surb().bytes();
        ByteBuffer.wrap(bytes).position(PacketFormat.HEADER_LENGTH)
                .put(NodeAddress.parse(firstHop).padded(NodeAddress.LONG_LENGTH));
        return new ReplySurb(surb.key(), Surb.parse(bytes), surb.rotation());
    }

    @Test
    void noFrameOfAnAnswerDiffersFromTheOthers() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             HostilePeer hostile = new HostilePeer(network.topology(), 1)) {
            Node gateway = network.topology().gateways().getFirst();
            int port = gateway.entry().orElseThrow().websocketPort();
            try (LineTap tap = new LineTap(port)) {
                Path file = folder.resolve("net.json");
                Files.writeString(file, network.networkFile().replace(String.valueOf(port),
                        String.valueOf(tap.port())));
                try (MixnetClient victim = MixnetClient.builder().networkFile(file).part("cover", "none", Map.of())
                        .gateway(gateway.identity()).start()) {
                    victim.awaitReady(Duration.ofMinutes(1));
                    LinkedBlockingQueue<ReceivedMessage> received = new LinkedBlockingQueue<>();
                    victim.subscribe(received::add);
                    victim.send(victim.address(), new byte[5000]).outcome().get(1, TimeUnit.MINUTES);
                    received.take();
                    assertEquals(1, new HashSet<>(tap.sizes()).size());
                    int before = tap.sizes().size();
                    List<ReplySurb> own = hostile.ownSurbs(4);
                    hostile.to(victim.address(), HostilePeer.repliable(HostilePeer.freshTag(), List.of(
                            withFirstHop(own.get(0), "[2001:db8::1]:1789"), withFirstHop(own.get(1), "192.0.2.1:1789"),
                            withFirstHop(own.get(2), gateway.mixAddress().toString())), new byte[1]));
                    Delivery marked = victim.reply(received.take().sender().orElseThrow(), new byte[1]);
                    assertEquals(FailureReason.UNKNOWN_SENDER, assertInstanceOf(Outcome.Failed.class,
                            marked.outcome().get(1, TimeUnit.MINUTES)).reason());
                    assertEquals(3, victim.counters().get("surbs.dropped.first-hop"));
                    assertEquals(before, tap.sizes().size());
                    // Without a label of its own an answer has that of all other packets.
                    ReplySurb unlabelled = new ReplySurb(own.get(3).key(), own.get(3).surb(), KeyRotation.UNKNOWN);
                    hostile.to(victim.address(), HostilePeer.repliable(HostilePeer.freshTag(),
                            List.of(unlabelled, unlabelled, unlabelled), new byte[1]));
                    victim.reply(received.take().sender().orElseThrow(), new byte[1]);
                    assertInstanceOf(NymMessage.Reply.class, hostile.next());
                    assertEquals(1, new HashSet<>(tap.sizes()).size());
                }
            }
        }
    }
}
