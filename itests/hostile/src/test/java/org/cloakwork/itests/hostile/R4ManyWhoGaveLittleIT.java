package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.ReplyContent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One packet each, under a tag each, without reply blocks or with one: a server forgets whom it could answer. */
@Timeout(300)
class R4ManyWhoGaveLittleIT {

    private static final int MANY = 2001;

    @Test
    void whoGaveBlocksIsAnsweredAfterThemAll() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             HostilePeer honest = new HostilePeer(network.topology(), 0);
             HostilePeer hostile = new HostilePeer(network.topology(), 0);
             MixnetClient server = MixnetClient.builder().network(network).start()) {
            server.awaitReady(Duration.ofMinutes(1));
            LinkedBlockingQueue<ReceivedMessage> received = new LinkedBlockingQueue<>();
            server.subscribe(received::add);
            SenderTag tag = HostilePeer.freshTag();
            honest.to(server.address(), HostilePeer.repliable(tag, honest.ownSurbs(3), new byte[] {1}));
            assertEquals(tag, received.poll(1, TimeUnit.MINUTES).sender().orElseThrow());
            for (int i = 0; i < 2 * MANY; i++) {
                hostile.to(server.address(), HostilePeer.repliable(HostilePeer.freshTag(),
                        i % 2 == 0 ? List.of() : hostile.ownSurbs(1), new byte[] {2}));
            }
            Waiting.awaitCounter(server, "messages.received", 1 + 2 * MANY);
            assertInstanceOf(Outcome.Acknowledged.class,
                    server.reply(tag, new byte[] {3}).outcome().get(1, TimeUnit.MINUTES));
            NymMessage.Reply answer = assertInstanceOf(NymMessage.Reply.class, honest.next());
            while (answer.content() instanceof ReplyContent.SurbRequest) {
                // With three blocks it asks for more, before or after.
                answer = assertInstanceOf(NymMessage.Reply.class, honest.next());
            }
            assertEquals(3, assertInstanceOf(ReplyContent.Data.class, answer.content()).data()[0]);
            System.out.println("R4 answered after " + 2 * MANY + " others; reply blocks: "
                    + server.counters().get("surbs.received") + " came, " + server.counters().get("surbs.expired")
                    + " went");
        }
    }
}
