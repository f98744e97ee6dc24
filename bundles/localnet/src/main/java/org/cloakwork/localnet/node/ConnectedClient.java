package org.cloakwork.localnet.node;

import java.time.Instant;
import java.util.List;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.gateway.ClientRequest;
import org.cloakwork.wire.gateway.SensitiveRequest;
import org.cloakwork.wire.gateway.SensitiveResponse;
import org.cloakwork.wire.gateway.ServerResponse;

/**
 * What a gateway does for a client that proved who it is: sends its packets, gives it bandwidth, forgets it. Source:
 * protocol/4-gateway.
 */
final class ConnectedClient {

    private final ClientAddress address;
    private final Clients.Client client;
    private final GatewaySharedKey key;
    private final Clients clients;
    private final Frames frames;
    private final Randomness randomness;
    private final Counters<Counter> counters;
    private final Answers answers;

    /**
     * @param address    of the client
     * @param client     what is known of it
     * @param key        shared with it in this session
     * @param clients    of the gateway
     * @param frames     read and written
     * @param randomness for frames
     * @param counters   where requests are counted
     */
    ConnectedClient(ClientAddress address, Clients.Client client, GatewaySharedKey key, Clients clients, Frames frames,
            Randomness randomness, Counters<Counter> counters) {
        this.address = address;
        this.client = client;
        this.key = key;
        this.clients = clients;
        this.frames = frames;
        this.randomness = randomness;
        this.counters = counters;
        this.answers = new Answers(counters);
    }

    ClientAddress address() {
        return address;
    }

    /**
     * @param message from its inbox
     * @return the binary frame
     */
    byte[] seal(byte[] message) {
        return frames.sealMessage(message, key, randomness);
    }

    /**
     * @param frame a binary one
     * @param now   when it came
     * @return what to do
     */
    List<SessionAction> packet(byte[] frame, Instant now) {
        MixPacket packet;
        try {
            packet = frames.openPacket(frame, key);
        } catch (WireException e) {
            return List.of(answers.error("malformed packet: " + e.getMessage()));
        }
        int cost = packet.packet().length;
        return switch (client.charge(cost, now)) {
            case Clients.Charged(long left) ->
                    List.of(new SessionAction.Forward(packet),
                            Answers.send(new ServerResponse.Send(left, Answers.UPGRADE_MODE)));
            case Clients.TooLittle(long available) -> {
                counters.count(Counter.DROPPED_OUT_OF_BANDWIDTH);
                yield List.of(Answers.send(new ServerResponse.OutOfBandwidth(cost, available)));
            }
            case Clients.Forgotten() -> List.of(answers.error("the client asked to be forgotten"));
        };
    }

    /**
     * @param text a text frame
     * @param now  when it came
     * @return the answer
     */
    SessionAction.Send answer(String text, Instant now) {
        ClientRequest request;
        try {
            request = ClientRequest.parse(text);
        } catch (WireException e) {
            return answers.error("malformed request: " + e.getMessage());
        }
        return switch (request) {
            case ClientRequest.SupportedProtocol() -> Answers.supportedProtocol();
            case ClientRequest.ClaimFreeTestnetBandwidth() -> switch (client.claim(now)) {
                case Clients.Charged(long available) ->
                        Answers.send(new ServerResponse.Bandwidth(available, Answers.UPGRADE_MODE));
                default -> answers.error("the client asked to be forgotten");
            };
            case ClientRequest.EncryptedRequest sealed -> sensitive(sealed);
            case ClientRequest.EcashCredential credential ->
                    answers.error("credentials are not accepted here: bandwidth is free");
            case ClientRequest.UpgradeModeJwt token -> answers.error("upgrade mode is not supported");
            default -> answers.error("the client is authenticated already");
        };
    }

    private SessionAction.Send sensitive(ClientRequest.EncryptedRequest sealed) {
        try {
            return switch (SensitiveRequest.open(sealed, key)) {
                case SensitiveRequest.ForgetMe(boolean everything, boolean stats) ->
                        everything && !clients.forget(address, client)
                                ? answers.error("the client was forgotten already")
                                : Answers.send(SensitiveResponse.FORGET_ME_ACK.seal(key, randomness));
                case SensitiveRequest.RememberMe remember ->
                        Answers.send(SensitiveResponse.REMEMBER_ME_ACK.seal(key, randomness));
            };
        } catch (WireException e) {
            return answers.error("malformed request: " + e.getMessage());
        }
    }
}
