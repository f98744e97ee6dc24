package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.ReplyContent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two recipients ask over a block of one tag for blocks for the other one. */
class A3RecipientsLinkTheirTagsIT {

    @TempDir
    Path state;

    private static SenderTag writeTo(HostilePeer recipient, MixnetClient client, SendOptions options) throws Exception {
        client.send(recipient.address(), new byte[1], options.withReplySurbs(5)).outcome().get(1, TimeUnit.MINUTES);
        recipient.next();
        return recipient.lastTag();
    }

    private static NymMessage requestFor(HostilePeer whom) {
        return new NymMessage.Reply(new ReplyContent.SurbRequest(whom.address(), 10));
    }

    @Test
    void aRequestThatNamesSomebodyElseIsRefusedAlsoAfterARestart() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             HostilePeer first = new HostilePeer(network.topology(), 0);
             HostilePeer second = new HostilePeer(network.topology(), 1)) {
            SenderTag plain;
            try (MixnetClient client = MixnetClient.builder().network(network).state(state).start()) {
                client.awaitReady(Duration.ofMinutes(1));
                plain = writeTo(first, client, SendOptions.DEFAULT);
                assertNotEquals(plain, writeTo(second, client, SendOptions.DEFAULT));
                first.over(requestFor(second));
                second.over(requestFor(first));
                Waiting.awaitCounter(client, "surbs.requests.dropped.not-theirs", 2);
            }
            try (MixnetClient client = MixnetClient.builder().network(network).state(state).start()) {
                client.awaitReady(Duration.ofMinutes(1));
                first.over(requestFor(second));
                Waiting.awaitCounter(client, "surbs.requests.dropped.not-theirs", 1);
                first.over(requestFor(first));
                assertEquals(plain, ((NymMessage.Repliable) first.next()).sender());
                assertEquals(List.of(), first.unread());
                assertEquals(List.of(), second.unread());
            }
        }
    }

    @Test
    void twoPseudonymsOfOneClientAreNotLinkedByTheSamePartOverBoth() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             HostilePeer recipient = new HostilePeer(network.topology(), 0);
             MixnetClient client = MixnetClient.builder().network(network).start()) {
            client.awaitReady(Duration.ofMinutes(1));
            Fragment part = HostilePeer.fragments(new NymMessage.Reply(
                    new ReplyContent.SurbRequest(recipient.address(), 1))).getFirst();
            SenderTag work = writeTo(recipient, client, SendOptions.DEFAULT.withIsolation("work"));
            for (int i = 0; i < 4; i++) {
                recipient.over(new NymMessage.Reply(new ReplyContent.Data(new byte[1])));
            }
            recipient.over(part);
            assertEquals(work, ((NymMessage.Repliable) recipient.next()).sender());
            recipient.over(new NymMessage.Reply(new ReplyContent.Data(new byte[1])));
            SenderTag home = writeTo(recipient, client, SendOptions.DEFAULT.withIsolation("home"));
            recipient.over(part);
            assertEquals(home, ((NymMessage.Repliable) recipient.next()).sender());
        }
    }

    @Test
    void twoPseudonymsOfOneClientAreNotLinkedByARequestOrAnAnswer() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             HostilePeer recipient = new HostilePeer(network.topology(), 0);
             MixnetClient client = MixnetClient.builder().network(network).start()) {
            client.awaitReady(Duration.ofMinutes(1));
            SenderTag work = writeTo(recipient, client, SendOptions.DEFAULT.withIsolation("work"));
            recipient.over(requestFor(recipient));
            assertEquals(work, ((NymMessage.Repliable) recipient.next()).sender());
            SenderTag home = writeTo(recipient, client, SendOptions.DEFAULT.withIsolation("home"));
            assertNotEquals(work, home);
            // The blocks of "work" came first, and are refilled under that name only.
            recipient.over(requestFor(recipient));
            assertEquals(work, ((NymMessage.Repliable) recipient.next()).sender());
        }
    }
}
