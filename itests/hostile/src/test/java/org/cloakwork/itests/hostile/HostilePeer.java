package org.cloakwork.itests.hostile;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.client.base.PacketSizes;
import org.cloakwork.client.encode.Routes;
import org.cloakwork.client.encode.Sealer;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.sphinx.fast.FastSphinx;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.Chunking;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.Padding;
import org.cloakwork.wire.PayloadEncryption;
import org.cloakwork.wire.Reassembler;
import org.cloakwork.wire.RepliableContent;
import org.cloakwork.wire.ReplySurb;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.cloakwork.wire.crypto.ReplyKey;
import org.cloakwork.wire.gateway.BinaryRequest;
import org.cloakwork.wire.gateway.BinaryResponse;
import org.cloakwork.wire.gateway.ClientHandshake;
import org.cloakwork.wire.gateway.ClientRequest;
import org.cloakwork.wire.gateway.GatewayProtocol;
import org.cloakwork.wire.gateway.HandshakeStep;
import org.cloakwork.wire.gateway.ServerResponse;

/**
 * A client of a real gateway without any of a client's manners: reads everything it is sent, keeps the reply blocks it
 * gets, and says whatever it likes, to addresses and over those blocks. It sends without pacing and without
 * retransmission, so it is for local networks, which lose nothing.
 */
final class HostilePeer implements AutoCloseable {

    static final long PATIENCE_SECONDS = 60;
    private static final int LONGEST_ACK = 48;
    private static final SecureRandom SECURE = new SecureRandom();
    static final Randomness RANDOMNESS = SECURE::nextBytes;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Topology topology;
    private final IdentityKeyPair identity = IdentityKeyPair.generate(RANDOMNESS);
    private final EncryptionKeyPair encryption = EncryptionKeyPair.generate(RANDOMNESS);
    private final MixnetAddress address;
    private final PacketFormat format = new FastSphinx();
    private final Routes routes;
    private final Sealer sealer;
    private final GatewaySharedKey key;
    private final WebSocket socket;
    private final Reassembler<String> reassembler = new Reassembler<>(1 << 24, 1000, Duration.ofHours(1), 1000);
    private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
    private final BlockingQueue<NymMessage> messages = new LinkedBlockingQueue<>();
    private final Map<ByteBuffer, ReplyKey> ownKeys = new HashMap<>();
    private final List<SenderTag> tags = new ArrayList<>();
    /** Reply blocks of others, the oldest first; used up by {@link #over}. */
    private final Deque<ReplySurb> surbs = new ArrayDeque<>();

    /**
     * @param topology of the network it joins
     * @param gateway  which of its gateways, from 0
     */
    HostilePeer(Topology topology, int gateway) throws Exception {
        this.topology = topology;
        Node node = topology.gateways().get(gateway);
        address = new MixnetAddress(identity.publicKey(), encryption.publicKey(), node.identity());
        routes = new Routes(topology, Duration.ofMillis(1), RANDOMNESS,
                Parts.part(RoutePolicy.class, "uniform", Map.of()));
        sealer = new Sealer(Cryptography.NYM.packets(format, AckKey.generate(RANDOMNESS), RANDOMNESS), routes,
                Optional.empty(), address, PacketSizes.REGULAR, RANDOMNESS);
        socket = http.newWebSocketBuilder().buildAsync(URI.create("ws://"
                + node.entry().orElseThrow().addresses().getFirst().getHostAddress() + ":"
                + node.entry().orElseThrow().websocketPort()), new Incoming()).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        key = register(node);
    }

    private GatewaySharedKey register(Node node) throws Exception {
        ask(new ClientRequest.SupportedProtocol().toJson());
        ClientHandshake handshake = new ClientHandshake(identity, node.identity(), GatewayProtocol.CURRENT_VERSION,
                RANDOMNESS);
        String answer = ask(handshake.start());
        while (true) {
            switch (handshake.receive(answer)) {
                case HandshakeStep.Send(String text) -> answer = ask(text);
                case HandshakeStep.Done(var last, GatewaySharedKey agreed, int version) -> {
                    if (last.isPresent()) {
                        ask(last.get());
                    } else {
                        next(texts, "the answer to a registration");
                    }
                    ask(new ClientRequest.ClaimFreeTestnetBandwidth().toJson());
                    return agreed;
                }
                case HandshakeStep.Ignored() -> answer = next(texts, "a handshake message");
                case HandshakeStep.Failed(var last, String reason) -> throw new IllegalStateException(reason);
            }
        }
    }

    private String ask(String text) throws Exception {
        socket.sendText(text, true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return next(texts, "an answer of the gateway");
    }

    private static <T> T next(BlockingQueue<T> queue, String what) throws InterruptedException {
        T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError(what + " did not come");
        }
        return next;
    }

    private final class Incoming implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();
        private final ByteArrayOutputStream binary = new ByteArrayOutputStream();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                try {
                    if (!(ServerResponse.parse(text.toString()) instanceof ServerResponse.Send)) {
                        texts.add(text.toString());
                    }
                } catch (WireException e) {
                    texts.add(text.toString());
                }
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            byte[] part = new byte[data.remaining()];
            data.get(part);
            binary.writeBytes(part);
            from.request(1);
            if (!last) {
                return null;
            }
            try {
                received(BinaryResponse.open(binary.toByteArray(), key).message());
            } catch (WireException | RuntimeException e) {
                System.out.println("a hostile peer cannot read what it got: " + e);
            }
            binary.reset();
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            System.out.println("a hostile peer lost its gateway: " + error);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            System.out.println("a hostile peer was left by its gateway: " + code + " " + reason);
            return null;
        }
    }

    private synchronized void received(byte[] payload) throws WireException {
        if (payload.length <= LONGEST_ACK) {
            return;
        }
        ReplyKey reply = ownKeys.remove(ByteBuffer.wrap(PayloadEncryption.prefix(payload)));
        Fragment fragment = Fragment.parse(reply == null ? PayloadEncryption.open(payload, encryption)
                : PayloadEncryption.openReply(payload, reply));
        if (reassembler.add("", fragment, System.nanoTime())
                instanceof Reassembler.Complete(byte[] padded, var ignored)) {
            NymMessage message = NymMessage.parse(Padding.unpad(padded));
            if (message instanceof NymMessage.Repliable(SenderTag tag, RepliableContent content)) {
                surbs.addAll(content.surbs());
                tags.add(tag);
            }
            messages.add(message);
        }
    }

    MixnetAddress address() {
        return address;
    }

    /** {@return the next message that was sent to it, or over a reply block of its own} */
    NymMessage next() throws InterruptedException {
        return next(messages, "a message");
    }

    /** {@return what came and nobody asked for} */
    List<NymMessage> unread() {
        List<NymMessage> left = new ArrayList<>();
        messages.drainTo(left);
        return left;
    }

    /** {@return the tag of whoever wrote last} */
    synchronized SenderTag lastTag() {
        return tags.getLast();
    }

    /** {@return how many reply blocks of others it has left} */
    synchronized int surbs() {
        return surbs.size();
    }

    /** Sends any message to an address. */
    void to(MixnetAddress recipient, NymMessage message) throws Exception {
        for (Fragment fragment : fragments(message)) {
            to(recipient, fragment);
        }
    }

    /** Sends one fragment to an address. */
    void to(MixnetAddress recipient, Fragment fragment) throws Exception {
        send(new Sealer.Job(fragment, new Target.ToAddress(recipient), null, 1));
    }

    /** Sends any message over reply blocks of others, the oldest first, one a fragment. */
    void over(NymMessage message) throws Exception {
        for (Fragment fragment : fragments(message)) {
            over(fragment);
        }
    }

    /** Sends one fragment over the oldest block. */
    void over(Fragment fragment) throws Exception {
        ReplySurb surb;
        synchronized (this) {
            surb = surbs.removeFirst();
        }
        send(new Sealer.Job(fragment, new Target.ToSender(new SenderTag(new byte[SenderTag.LENGTH]), false), surb,
                1));
    }

    private void send(Sealer.Job job) throws Exception {
        byte[] frame = BinaryRequest.of(sealer.seal(List.of(job)).getFirst().orElseThrow().packet().mixPacket(),
                GatewayProtocol.CURRENT_VERSION).seal(key, RANDOMNESS);
        socket.sendBinary(ByteBuffer.wrap(frame), true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    static List<Fragment> fragments(NymMessage message) {
        int length = PacketSize.REGULAR.fragmentLength();
        return Chunking.split(Padding.pad(message.bytes(), length), length, () -> Chunking.randomSetId(RANDOMNESS));
    }

    /** {@return reply blocks of its own; what comes over them is read like all the rest} */
    synchronized List<ReplySurb> ownSurbs(int count) {
        List<ReplySurb> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ReplySurb surb = new ReplySurb(ReplyKey.generate(RANDOMNESS), format.createSurb(
                    routes.to(PacketKind.REPLY_BLOCK, 1, address.gateway(), address.identity(), address.gateway())
                            .orElseThrow().route(), RANDOMNESS),
                    topology.keyRotation());
            ownKeys.put(ByteBuffer.wrap(surb.key().digest()), surb.key());
            made.add(surb);
        }
        return made;
    }

    /** A message under any tag, with reply blocks. */
    static NymMessage repliable(SenderTag tag, List<ReplySurb> surbs, byte[] data) {
        return new NymMessage.Repliable(tag, new RepliableContent.Data(2, surbs, data));
    }

    static SenderTag freshTag() {
        return new SenderTag(RANDOMNESS.bytes(SenderTag.LENGTH));
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
    }
}
