package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.StreamException;
import org.cloakwork.api.StreamOptions;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.streams.StreamFrame;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.ReplyContent;
import org.junit.jupiter.api.Test;

/**
 * A recipient writes repliable messages over reply blocks of an anonymous sender, with few blocks of its own, so that
 * the sender runs short when it answers, and asks for more with its address.
 */
class A1RecipientMakesTheSenderTellItsAddressIT {

    @Test
    void whateverMakesTheSenderAnswerItIsNeverAskedForBlocks() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             HostilePeer hostile = new HostilePeer(network.topology(), 0);
             MixnetClient victim = MixnetClient.builder().network(network).start()) {
            victim.awaitReady(Duration.ofMinutes(1));
            CountDownLatch end = new CountDownLatch(1);
            // As the page for applications shows: whoever has a tag is answered.
            victim.subscribe(message -> {
                message.sender().ifPresent(tag -> victim.reply(tag, new byte[50_000]));
                if (message.text().equals("end")) {
                    end.countDown();
                }
            });
            // From here on it answers frames of streams.
            assertThrows(StreamException.class, () -> victim.openStream(hostile.address(), 1,
                    StreamOptions.DEFAULT.withDeadline(Duration.ofSeconds(1))));
            victim.send(hostile.address(), new byte[1], SendOptions.DEFAULT.withReplySurbs(20)).outcome()
                    .get(1, TimeUnit.MINUTES);
            hostile.next();
            hostile.next();
            hostile.over(HostilePeer.repliable(HostilePeer.freshTag(), hostile.ownSurbs(3), "answer me".getBytes()));
            hostile.over(HostilePeer.repliable(HostilePeer.freshTag(), hostile.ownSurbs(1),
                    new StreamFrame.Open(1, 7, 30_000).toBytes()));
            hostile.over(HostilePeer.repliable(hostile.lastTag(), hostile.ownSurbs(2), "and me".getBytes()));
            hostile.over(new NymMessage.Reply(new ReplyContent.Data("end".getBytes())));
            end.await();
            Waiting.awaitCounter(victim, "messages.dropped.other-way", 3);
            victim.send(hostile.address(), "mark".getBytes()).outcome().get(1, TimeUnit.MINUTES);
            List<NymMessage> all = new ArrayList<>();
            while (all.isEmpty() || !(all.getLast() instanceof NymMessage.Plain)) {
                all.add(hostile.next());
            }
            all.addAll(hostile.unread());
            assertEquals(List.of(), all.stream().filter(NymMessage.Reply.class::isInstance).toList());
            assertEquals(0, victim.counters().get("surbs.requests.sent"));
            assertEquals(0, victim.counters().get("surbs.received"));
        }
    }
}
