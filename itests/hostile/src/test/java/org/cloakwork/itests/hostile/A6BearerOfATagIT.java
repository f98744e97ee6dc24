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
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.RepliableContent;
import org.junit.jupiter.api.Test;

/** A stranger brings as many reply blocks as it can under somebody's tag. */
class A6BearerOfATagIT {

    @Test
    void theOwnersBlocksStayAndItsMessageIsAnsweredToIt() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             HostilePeer stranger = new HostilePeer(network.topology(), 0);
             MixnetClient server = MixnetClient.builder().network(network).start();
             MixnetClient owner = MixnetClient.builder().network(network).start()) {
            server.awaitReady(Duration.ofMinutes(1));
            owner.awaitReady(Duration.ofMinutes(1));
            LinkedBlockingQueue<ReceivedMessage> asked = new LinkedBlockingQueue<>();
            LinkedBlockingQueue<ReceivedMessage> answers = new LinkedBlockingQueue<>();
            server.subscribe(asked::add);
            owner.subscribe(answers::add);
            owner.send(server.address(), "question".getBytes(), SendOptions.DEFAULT.withReplySurbs(10));
            ReceivedMessage question = asked.poll(HostilePeer.PATIENCE_SECONDS, TimeUnit.SECONDS);
            SenderTag tag = new SenderTag(question.sender().orElseThrow().bytes());
            for (int i = 0; i < 5; i++) {
                stranger.to(server.address(), new NymMessage.Repliable(tag,
                        new RepliableContent.AdditionalSurbs(2, stranger.ownSurbs(100))));
            }
            Waiting.awaitCounter(server, "surbs.dropped.limit", 10);
            for (int i = 0; i < 8; i++) {
                Outcome outcome = server.reply(question.sender().orElseThrow(), new byte[] {1}).outcome()
                        .get(1, TimeUnit.MINUTES);
                assertInstanceOf(Outcome.Acknowledged.class, outcome);
            }
            for (int i = 0; i < 8; i++) {
                answers.poll(HostilePeer.PATIENCE_SECONDS, TimeUnit.SECONDS).payload();
            }
            assertEquals(List.of(), stranger.unread().stream().filter(NymMessage.Reply.class::isInstance).toList());
        }
    }
}
