package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.StreamOptions;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.streams.End;
import org.cloakwork.streams.StreamFrame;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.RepliableContent;
import org.cloakwork.wire.ReplyContent;
import org.junit.jupiter.api.Test;

/** Somebody who holds a sender's tag, or a stream's number, asks a suspect's address whether it is the one. */
class A2AddressTestedAgainstATagIT {

    @Test
    void aRequestForReplyBlocksToTheAddressIsNotGranted() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             HostilePeer hostile = new HostilePeer(network.topology(), 0);
             MixnetClient suspect = MixnetClient.builder().network(network).start()) {
            suspect.awaitReady(Duration.ofMinutes(1));
            suspect.send(hostile.address(), new byte[1], SendOptions.DEFAULT.withReplySurbs(5)).outcome()
                    .get(1, TimeUnit.MINUTES);
            hostile.next();
            hostile.to(suspect.address(), request(hostile, 10));
            Waiting.awaitCounter(suspect, "messages.dropped.other-way", 1);
            // Over one of its blocks the same is granted, as ever.
            hostile.over(request(hostile, 7));
            NymMessage.Repliable granted = (NymMessage.Repliable) hostile.next();
            assertEquals(7, ((RepliableContent.AdditionalSurbs) granted.content()).surbs().size());
            assertEquals(List.of(), hostile.unread());
            assertEquals(12, suspect.counters().get("surbs.made"));
        }
    }

    @Test
    void whatWasSentToTheAddressIsNoDuplicateOverAReplyBlock() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             HostilePeer hostile = new HostilePeer(network.topology(), 0);
             MixnetClient suspect = MixnetClient.builder().network(network).start()) {
            suspect.awaitReady(Duration.ofMinutes(1));
            suspect.send(hostile.address(), new byte[1], SendOptions.DEFAULT.withReplySurbs(5)).outcome()
                    .get(1, TimeUnit.MINUTES);
            hostile.next();
            Fragment part = HostilePeer.fragments(request(hostile, 7)).getFirst();
            hostile.to(suspect.address(), part);
            Waiting.awaitCounter(suspect, "messages.dropped.other-way", 1);
            hostile.over(part);
            NymMessage.Repliable granted = (NymMessage.Repliable) hostile.next();
            assertEquals(7, granted.content().surbs().size());
        }
    }

    private static NymMessage request(HostilePeer hostile, int amount) {
        return new NymMessage.Reply(new ReplyContent.SurbRequest(hostile.address(), amount));
    }

    @Test
    void aPieceOfAStreamToTheAddressIsNotTaken() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             HostilePeer hostile = new HostilePeer(network.topology(), 0);
             MixnetClient suspect = MixnetClient.builder().network(network).start()) {
            suspect.awaitReady(Duration.ofMinutes(1));
            Thread accepting = Thread.ofVirtual().start(() -> {
                try {
                    NymMessage.Repliable open = (NymMessage.Repliable) hostile.next();
                    StreamFrame frame = StreamFrame.parse(((RepliableContent.Data) open.content()).data());
                    hostile.over(answer(new StreamFrame.Accepted(frame.id())));
                    hostile.to(suspect.address(), new NymMessage.Plain(
                            new StreamFrame.Data(frame.id(), End.NONE, 0, new byte[] {6}).toBytes()));
                    Waiting.awaitCounter(suspect, "streams.frames.dropped.other-way", 1);
                    hostile.over(answer(new StreamFrame.Data(frame.id(), End.NONE, 0, new byte[] {7})));
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            try (MixnetStream stream = suspect.openStream(hostile.address(), 1, StreamOptions.DEFAULT)) {
                assertEquals(7, stream.input().read());
            }
            accepting.join();
        }
    }

    private static NymMessage answer(StreamFrame frame) {
        return new NymMessage.Reply(new ReplyContent.Data(frame.toBytes()));
    }
}
