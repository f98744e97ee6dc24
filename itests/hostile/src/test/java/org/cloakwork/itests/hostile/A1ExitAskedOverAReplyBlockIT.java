package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.frontend.exit.ExitFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.ReplyContent;
import org.cloakwork.wire.socks5.ProviderRequest;
import org.cloakwork.wire.socks5.Versions;
import org.junit.jupiter.api.Test;

/**
 * A recipient has the anonymous sender, who is an exit as well, connect to a server of its own: from there it sees who
 * it is.
 */
class A1ExitAskedOverAReplyBlockIT {

    @Test
    void anExitConnectsForWhomWroteToItsAddressOnly() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             HostilePeer hostile = new HostilePeer(network.topology(), 0);
             ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
             MixnetClient victim = MixnetClient.builder().network(network).start()) {
            victim.awaitReady(Duration.ofMinutes(1));
            LinkedBlockingQueue<ReceivedMessage> left = new LinkedBlockingQueue<>();
            victim.subscribe(left::add);
            try (FrontEnd.Serving exit = new ExitFrontEnd(Map.of()).serve(victim,
                    Map.of("policy", "accept *:*", "allow-private", "true"))) {
                victim.send(hostile.address(), new byte[1], SendOptions.DEFAULT.withReplySurbs(5)).outcome()
                        .get(1, TimeUnit.MINUTES);
                hostile.next();
                hostile.over(new NymMessage.Reply(new ReplyContent.Data(connect(hostile, server, 1))));
                assertEquals(ReceivedMessage.Answer.class, left.poll(1, TimeUnit.MINUTES).origin().getClass());
                hostile.to(victim.address(), new NymMessage.Plain(connect(hostile, server, 2)));
                server.setSoTimeout((int) Duration.ofMinutes(1).toMillis());
                try (Socket first = server.accept()) {
                    first.getOutputStream().write(1);
                    Waiting.await(() -> exit.counters().values().stream().anyMatch(count -> count > 0), "a connection");
                    assertEquals(1, exit.counters().get("exit.connections.opened"), exit.counters()::toString);
                }
            }
        }
    }

    private static byte[] connect(HostilePeer hostile, ServerSocket server, long id) {
        return new ProviderRequest.Connect(Versions.CURRENT, id, "127.0.0.1:" + server.getLocalPort(),
                Optional.of(hostile.address())).bytes();
    }
}
