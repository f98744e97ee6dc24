package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.frontend.socks5.SocksFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.streams.End;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.RepliableContent;
import org.cloakwork.wire.ReplyContent;
import org.cloakwork.wire.socks5.ProviderRequest;
import org.cloakwork.wire.socks5.ProviderResponse;
import org.cloakwork.wire.socks5.StreamData;
import org.junit.jupiter.api.Test;

/**
 * An exit that holds a connection of a pseudonym tests a suspect's address, and another pseudonym, with a piece of it.
 */
class A2ConnectionTestedAgainstAnAddressIT {

    private static ProviderRequest.Connect connect(NymMessage message) throws Exception {
        byte[] data = ((RepliableContent.Data) ((NymMessage.Repliable) message).content()).data();
        return (ProviderRequest.Connect) ProviderRequest.parse(data);
    }

    private static byte[] piece(ProviderRequest.Connect asked, long sequence, int value) {
        return new ProviderResponse.NetworkData(asked.versions(),
                new StreamData(asked.connectionId(), End.NONE.code(), sequence, new byte[] {(byte) value})).bytes();
    }

    private static Socket ask(FrontEnd.Serving socks, String host) throws Exception {
        Socket socket = new Socket("127.0.0.1", socks.addresses().getFirst().getPort());
        socket.setSoTimeout((int) Duration.ofMinutes(1).toMillis());
        socket.getOutputStream().write(new byte[] {5, 1, 0, 5, 1, 0, 3, (byte) host.length()});
        socket.getOutputStream().write(host.getBytes());
        socket.getOutputStream().write(new byte[] {0, 80});
        return socket;
    }

    @Test
    void aPieceIsTakenOverAReplyBlockOfItsOwnPseudonymOnly() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             HostilePeer exit = new HostilePeer(network.topology(), 0);
             MixnetClient suspect = MixnetClient.builder().network(network).start()) {
            suspect.awaitReady(Duration.ofMinutes(1));
            try (FrontEnd.Serving socks = new SocksFrontEnd(Map.of()).serve(suspect,
                    Map.of("exit", exit.address().toString(), "port", "0", "windows", "false"));
                 Socket first = ask(socks, "one.example")) {
                ProviderRequest.Connect one = connect(exit.next());
                int own = exit.surbs();
                try (Socket second = ask(socks, "two.example")) {
                    ProviderRequest.Connect two = connect(exit.next());
                    // To the address, as an ordinary message.
                    exit.to(suspect.address(), new NymMessage.Plain(piece(one, 0, 66)));
                    Waiting.await(() -> socks.counters().get("socks5.dropped.other-way") >= 1,
                            "a piece to the address");
                    // Over a block of the other pseudonym: those of the first one are used up before.
                    for (int i = 0; i < own - 1; i++) {
                        exit.over(new NymMessage.Reply(new ReplyContent.Data(new byte[] {0})));
                    }
                    exit.over(new NymMessage.Reply(new ReplyContent.Data(piece(one, 0, 65))));
                    exit.over(new NymMessage.Reply(new ReplyContent.Data(piece(one, 0, 67))));
                    Waiting.await(() -> socks.counters().get("socks5.dropped.other-way") >= 2, "a piece of another");
                    exit.over(new NymMessage.Reply(new ReplyContent.Data(piece(two, 0, 68))));
                    assertEquals(65, afterGrant(first));
                    assertEquals(68, afterGrant(second));
                }
            }
        }
    }

    private static int afterGrant(Socket socket) throws Exception {
        InputStream in = socket.getInputStream();
        in.readNBytes(2 + 10);
        return in.read();
    }
}
