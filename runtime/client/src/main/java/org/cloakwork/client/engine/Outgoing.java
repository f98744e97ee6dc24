package org.cloakwork.client.engine;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.Insight;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Durations;
import org.cloakwork.client.base.Leg;
import org.cloakwork.client.encode.Content;
import org.cloakwork.client.encode.Encoder;
import org.cloakwork.client.encode.Encoding;
import org.cloakwork.client.encode.PacketMaker;
import org.cloakwork.client.encode.Sealing;
import org.cloakwork.client.inbox.Inbox;
import org.cloakwork.client.line.Fillers;
import org.cloakwork.client.line.Line;
import org.cloakwork.client.line.Pulls;
import org.cloakwork.client.outbox.Outbox;
import org.cloakwork.client.outbox.OutgoingFragment;
import org.cloakwork.client.outbox.OutgoingMessage;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.client.pace.Pacer;
import org.cloakwork.client.reliability.Reliability;
import org.cloakwork.client.replies.Replies;
import org.cloakwork.client.replies.ReplyKeys;
import org.cloakwork.client.session.Session;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.Saved;
import org.cloakwork.client.topology.TopologyKeeper;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.FragmentId;
import org.cloakwork.wire.PreparedPacket;
import org.cloakwork.wire.ReplySurb;

/**
 * The way out: {@code encode -> outbox -> seal -> pace -> session}, what waits for acknowledgements, and what ends a
 * message. On the client's own thread.
 */
final class Outgoing {

    /** Without pacing, packets are made ahead for the window divided by this. */
    private static final int WINDOWS_AHEAD = 4;
    /** What comes in return later than this is not understood any more. */
    private static final long LATE_NANOS = Duration.ofMinutes(2).toNanos();
    private static final String NOT_LISTED = "is not in the network";

    private final Ground ground;
    private final Admission admission;
    private final Ledger ledger;
    private final TopologyKeeper topology;
    private final Session session;
    private final Inbox inbox;
    private final ReplyKeys replyKeys;
    private final Outbox outbox = new Outbox();
    private final PacketMaker maker;
    private final Encoding encoding;
    private final Sealing sealing;
    private final Pacer pacer;
    private final Reliability reliability;
    private final Replies replies;
    private final Durations roundTrips = new Durations();
    private final Line line;
    private final Pulls pulls;
    private final Fillers fillers;
    /** Messages that wait until it is known whether packets come in return from whom they go to. */
    private final LinkedHashMap<OutgoingMessage, Content> undecided = new LinkedHashMap<>();
    /** Keys of reply blocks that nothing came over in time; kept for a while, it may come late. */
    private final Deque<Late> late = new ArrayDeque<>();
    private volatile boolean returnsPackets;

    private record Late(ByteBuffer digest, long sinceNanos) {
    }

    /**
     * @param admission keeps what messages hold
     * @param ledger    writes down what is under way
     * @param topology  routes are of it
     * @param session   takes the packets
     * @param inbox     is told of cover that will come back
     * @param replyKeys of the reply blocks that go along
     */
    Outgoing(Ground ground, Admission admission, Ledger ledger, TopologyKeeper topology, Session session, Inbox inbox,
             ReplyKeys replyKeys) {
        this.ground = ground;
        this.admission = admission;
        this.ledger = ledger;
        this.topology = topology;
        this.session = session;
        this.inbox = inbox;
        this.replyKeys = replyKeys;
        var configuration = ground.configuration();
        var environment = ground.environment();
        maker = new PacketMaker(environment, ground.parts(), ground.cryptography(), ground.counters(),
                ground.identity().ackKey(), configuration.meanPacketDelay(), configuration.packetSizes(),
                topology::topology, session::address);
        encoding = new Encoding(maker, environment.scheduler(), new AfterEncoding());
        sealing = new Sealing(maker, environment.scheduler(), ground.counters(), outbox, new AfterSealing());
        pacer = new Pacer(environment, ground.parts(), new Traffic());
        reliability = new Reliability(environment, ground.parts(), ground.counters(), new AfterSending());
        replies = new Replies(environment, ground.counters(), configuration.packetSizes(), ledger,
                configuration.tagLifetime(), () -> session.address().filter(own -> session.isLive()),
                new AfterReplies());
        line = new Line(configuration.line(), environment, ground.counters(),
                digest -> late.add(new Late(digest, ground.nowNanos())));
        pulls = new Pulls(maker, line, (keys, tag) -> {
            keys.forEach(key -> replyKeys.addUnsaved(key, Optional.of(tag), ground.nowNanos()));
            ground.counters().add(Counter.SURBS_MADE, keys.size());
            ground.counters().add(Counter.SURBS_UNSURE, keys.size());
        });
        fillers = new Fillers(maker, ground.counters(), this::sendFillers);
        returnsPackets = configuration.line().returnsPackets();
        inbox.follow(new Arriving());
    }

    // ------------------------------------------------------------------ messages

    void admit(OutgoingMessage message, Content content) {
        if (message.target() instanceof Target.ToSender(SenderTag sender, boolean ignored)
                && !replies.canAnswer(sender)) {
            fail(message, FailureReason.UNKNOWN_SENDER, "no reply blocks of that sender, and none are on their way");
        } else {
            if (ledger.isOn() && message.isOpen()) {
                message.setId(ledger.newId());
                ledger.accepted(saved(message, Optional.of(content), List.of()));
                ledger.whenDurable(message::durable);
            }
            enqueue(message, content);
        }
    }

    /** @param message that is admitted, or was before the client started */
    void enqueue(OutgoingMessage message, Content content) {
        if (message.isOpen()) {
            admission.startDeadline(message, this::expired);
            if (line.isOn() && content instanceof Content.Anonymous(SenderTag tag, int ignored, byte[] ignoredToo)
                    && message.target() instanceof Target.ToAddress(MixnetAddress to) && !isUnroutable(to)
                    && line.use(to, tag)) {
                undecided.put(message, content);
                pulls.prepare();
            } else {
                encode(message, content);
            }
        }
    }

    private void encode(OutgoingMessage message, Content content) {
        maker.label(message, Optional.of(content));
        encoding.add(message, content instanceof Content.Anonymous(SenderTag tag, int ignored, byte[] data)
                && message.target() instanceof Target.ToAddress(MixnetAddress to) && line.isPartner(to)
                ? new Content.Anonymous(tag, Encoder.evenSurbs(data.length, ground.configuration().packetSizes()),
                        data) : content);
    }

    /** {@return whether it cannot even be asked} */
    private boolean isUnroutable(MixnetAddress to) {
        return maker.encoder().filter(encoder -> !encoder.routes().lead(to.gateway())).isPresent();
    }

    /** What waited to know whether packets come in return goes on, if that is known now, or never will be. */
    private void decide() {
        Map<OutgoingMessage, Content> waiting = new LinkedHashMap<>(undecided);
        waiting.forEach((message, content) -> {
            if (message.target() instanceof Target.ToAddress(MixnetAddress to)
                    && !(line.isOn() && line.isOpen(to) && !isUnroutable(to))) {
                undecided.remove(message);
                encode(message, content);
            }
        });
    }

    /** @param fragments that an earlier client cut the message into and that were not acknowledged */
    void goOnWith(OutgoingMessage message, List<Fragment> fragments) {
        admission.startDeadline(message, this::expired);
        maker.label(message, Optional.empty());
        if (!cut(message, fragments, () -> { })) {
            fail(message, FailureReason.RETRANSMISSIONS, "its fragments are on their way already");
        }
    }

    private Saved.Message saved(OutgoingMessage message, Optional<Content> content, List<Fragment> fragments) {
        return new Saved.Message(message.id().orElseThrow(), message.target(), message.lane(),
                ground.dateOf(message.createdNanos()), ground.dateOf(message.deadlineNanos()), content, fragments);
    }

    private void expired(OutgoingMessage message) {
        Delivery.Progress progress = message.progress();
        fail(message, message.isGivenUp() ? FailureReason.RETRANSMISSIONS : FailureReason.DEADLINE,
                progress.acknowledged() + " of " + progress.packets() + " packets were acknowledged by the deadline");
        pacer.packetReady();
        sealing.run();
    }

    void fail(OutgoingMessage message, FailureReason reason, String detail) {
        if (message.fail(reason, detail)) {
            encoding.remove(message);
            undecided.remove(message);
            List<OutgoingFragment> fragments = message.takeFragments();
            for (OutgoingFragment fragment : fragments) {
                reliability.ended(fragment);
                replies.ended(fragment);
            }
            outbox.ended(fragments.size());
            maker.ended(message);
        }
    }

    /**
     * @param toKnow of them before they leave
     * @return whether the fragments go on; false if one of their ids is taken
     */
    private boolean cut(OutgoingMessage message, List<Fragment> cut, Runnable toKnow) {
        List<OutgoingFragment> fragments = cut.stream()
                .map(fragment -> new OutgoingFragment(message, fragment)).toList();
        if (!reliability.add(fragments)) {
            return false;
        }
        message.cut(fragments);
        toKnow.run();
        ledger.whenDurable(() -> leave(message, fragments));
        return true;
    }

    private void leave(OutgoingMessage message, List<OutgoingFragment> fragments) {
        if (!message.isOpen()) {
            return;
        }
        switch (message.target()) {
            case Target.ToAddress ignored -> fragments.forEach(outbox::add);
            case Target.ToSender sender -> {
                if (!replies.add(sender, fragments)) {
                    fail(message, FailureReason.UNKNOWN_SENDER, "no reply block left to ask with");
                }
            }
        }
        sealing.run();
    }

    /** Withdraws what has not left, from any thread. */
    void closeLane(long lane) {
        List<OutgoingMessage> unsent = admission.onLane(lane).filter(OutgoingMessage::isUnsent).toList();
        unsent.forEach(OutgoingMessage::withdraw);
        if (!unsent.isEmpty()) {
            ground.environment().scheduler().execute(() -> unsent.stream().filter(OutgoingMessage::isUnsent)
                    .forEach(message -> fail(message, FailureReason.LANE_CLOSED, "its lane was closed")));
        }
    }

    /** Ends what has not arrived, from any thread. */
    void endLane(long lane) {
        ground.environment().scheduler().execute(() -> {
            admission.onLane(lane).toList()
                    .forEach(message -> fail(message, FailureReason.LANE_CLOSED, "its lane was closed"));
            goOn();
        });
    }

    // ------------------------------------------------------------------ what has changed

    /** Reply blocks and their keys; {@link Restoring} sees to the messages. */
    void restore(Saved saved) {
        saved.replyKeys().forEach(key -> replyKeys.restore(key.key(), key.ownTag(), ground.nanosOf(key.made())));
        replies.restore(saved, ground::nanosOf);
    }

    void start() {
        replies.start();
    }

    void partsChanged() {
        reliability.partsChanged();
        pacer.partsChanged();
        line.paced(pacer.isPaced(), pacer.promise());
        decide();
        sealing.resume();
    }

    /** What was missing may be there now. */
    void goOn() {
        decide();
        encoding.run();
        sealing.prepareCover();
        pulls.prepare();
        pacer.packetReady();
        sealing.run();
    }

    /** Cover that is ready would go where it should not. */
    void replaceCover() {
        sealing.replaceCover();
        pulls.replace();
    }

    /** There is a new session. */
    void live() {
        line.restarted();
    }

    /** @param does whether others get packets in return that ask for them */
    void returnsPackets(boolean does) {
        returnsPackets = does || ground.configuration().line().returnsPackets();
    }

    /** {@return what happens on the line} */
    Line line() {
        return line;
    }

    private void sendFillers() {
        // Where packets leave in slots, so do these.
        while (!pacer.isPaced() && session.isLive() && sendFiller()) {
            // sendFiller did it
        }
    }

    private boolean sendFiller() {
        Optional<PreparedPacket> filler = fillers.poll();
        filler.ifPresent(packet -> {
            session.send(packet.mixPacket());
            ground.counters().count(Counter.PACKETS_COVER);
        });
        return filler.isPresent();
    }

    /** The link has taken everything. */
    void drained() {
        pacer.packetReady();
    }

    /** Cover came back, so much later than its mixes held it; without an excess it did not. */
    void looped(Leg leg, Optional<Duration> excess) {
        if (excess.isPresent()) {
            maker.arrived(List.of(leg), excess);
        } else if (session.isLive()) {
            maker.lost(List.of(leg));
        }
    }

    void acknowledged(FragmentId fragment) {
        reliability.acknowledged(fragment);
    }

    void stop() {
        pacer.stop();
        encoding.stop();
        sealing.stop();
        replies.stop();
        admission.inFlight().forEach(message -> fail(message, FailureReason.CLOSED, Admission.CLOSED));
        replies.messages().forEach(message -> fail(message, FailureReason.CLOSED, Admission.CLOSED));
    }

    // ------------------------------------------------------------------ questions

    Replies replies() {
        return replies;
    }

    Reliability reliability() {
        return reliability;
    }

    Insight.Histogram roundTrips() {
        return roundTrips.histogram();
    }

    List<Insight.Mix> mixes() {
        return maker.mixes();
    }

    boolean hasRoutes() {
        return maker.hasRoutes();
    }

    /** {@return whether nothing hides when packets leave} */
    boolean isUncovered() {
        return pacer.isUncovered();
    }

    /** {@return fragments held on their way out, wanted or not} */
    int fragmentsHeld() {
        return outbox.size() + sealing.size() + reliability.size() + encoding.size() + undecided.size();
    }

    // ------------------------------------------------------------------ from stage to stage

    private final class AfterEncoding implements Encoding.Next {

        @Override
        public void unroutable(OutgoingMessage message) {
            fail(message, FailureReason.UNKNOWN_GATEWAY, "the recipient's gateway " + whyUnroutable(message));
        }

        private String whyUnroutable(OutgoingMessage message) {
            return message.target() instanceof Target.ToAddress(MixnetAddress recipient)
                    ? topology.topology().flatMap(known -> known.rejection(recipient.gateway(), Node.Role.ENTRY))
                            .map(reason -> "is left out: " + reason).orElse(NOT_LISTED)
                    : NOT_LISTED;
        }

        @Override
        public boolean encoded(OutgoingMessage message, Encoder.Encoded encoded) {
            return cut(message, encoded.fragments(), () -> {
                long now = ground.nowNanos();
                encoded.replyKeys().forEach(key -> replyKeys.add(key, encoded.ownTag(), now));
                message.bringsBack(encoded.replyKeys(), encoded.ownTag(), message.target() instanceof
                        Target.ToAddress(MixnetAddress to) && line.isPartner(to));
                ground.counters().add(Counter.SURBS_MADE, encoded.replyKeys().size());
                message.carries(encoded.replyKeys().size());
                if (message.id().isPresent()) {
                    ledger.cut(saved(message, Optional.empty(), encoded.fragments()));
                }
            });
        }
    }

    private final class AfterReplies implements Replies.Next {

        @Override
        public void release(OutgoingFragment fragment) {
            // A reply block must be known to be used before it is.
            ledger.whenDurable(() -> {
                if (fragment.isWanted()) {
                    outbox.add(fragment);
                    sealing.run();
                }
            });
        }

        @Override
        public void send(OutgoingMessage message, Content content) {
            enqueue(message, content);
        }

        @Override
        public int grant(SenderTag sender, int wanted) {
            return line.grant(sender, wanted);
        }

        @Override
        public void fill(SenderTag sender, List<ReplySurb> surbs) {
            fillers.add(surbs, maker.conversationWith(sender), pacer.isPaced());
        }

        @Override
        public boolean returnsPackets() {
            return returnsPackets;
        }

        @Override
        public boolean isPartner(MixnetAddress partner) {
            return line.isOn() && line.isPartner(partner);
        }
    }

    private final class Arriving implements Inbox.Arrivals {

        @Override
        public void loop(EncryptionKey key) {
            line.loopBack(key);
        }

        @Override
        public void answer(ByteBuffer digest, boolean filler) {
            if (line.answered(digest, filler)) {
                decide();
            }
        }

        @Override
        public void other() {
            line.unasked();
        }
    }

    private final class AfterSealing implements Sealing.Next {

        /** A copy that is needed waits behind what is made already, so of a small window only a part is. */
        @Override
        public int ahead() {
            return pacer.isPaced() || line.isAsked() ? Sealing.MOST_AHEAD
                    : Math.min(Sealing.MOST_AHEAD, reliability.window() / WINDOWS_AHEAD);
        }

        @Override
        public boolean needsCover() {
            return pacer.needsCover();
        }

        @Override
        public void sealed(OutgoingFragment fragment) {
            fragment.message().sealed(ground.nowNanos());
        }

        @Override
        public void ready() {
            pacer.packetReady();
        }

        @Override
        public void unused(OutgoingFragment fragment) {
            replies.ended(fragment);
        }
    }

    private final class Traffic implements Pacer.Traffic {

        @Override
        public boolean isOpen() {
            return session.isLive() && ground.parts().missing().isEmpty();
        }

        @Override
        public long pendingBytes() {
            return session.pendingBytes();
        }

        @Override
        public boolean sendWaiting() {
            boolean onlyOwed = !pacer.isPaced() && reliability.room() == 0;
            line.paced(pacer.isPaced(), pacer.promise());
            boolean asking = line.isOn() && line.slot();
            if (line.isOn() && line.decide()) {
                decide();
            }
            forgetLate();
            if (asking && sendPull(pulls.pollCorrection())) {
                return true;
            }
            Optional<Sealing.Sealed> next = sealing.poll(fragment -> (!onlyOwed || fragment.isOwed())
                    && (!line.isOn() || line.mayLeave(fragment, asking)));
            next.ifPresent(sealed -> {
                line.left(sealed.fragment());
                // First, so that it is sent again if the transport does not come back from this.
                PreparedPacket packet = sealed.made().packet();
                reliability.sent(sealed.fragment(), packet.expectedRoundTripNanos(), sealed.made().legs());
                session.send(packet.mixPacket());
            });
            sealing.run();
            return next.isPresent() || pacer.isPaced() && sendFiller() || asking && sendPull(pulls.poll());
        }

        private boolean sendPull(Optional<Line.Ready> pull) {
            pull.ifPresent(ready -> {
                line.left(ready);
                session.send(ready.packet().mixPacket());
                ground.counters().count(Counter.PACKETS_COVER);
            });
            return pull.isPresent();
        }

        private void forgetLate() {
            while (!late.isEmpty() && ground.nowNanos() - late.getFirst().sinceNanos() > LATE_NANOS) {
                replyKeys.forget(late.removeFirst().digest());
            }
        }

        @Override
        public void sendCover() {
            sealing.pollCover().ifPresentOrElse(cover -> {
                inbox.coverSent(cover.packet(), cover.legs().getFirst(), ground.nowNanos());
                line.left(cover.packet());
                session.send(cover.packet().mixPacket());
                ground.counters().count(Counter.PACKETS_COVER);
            }, () -> ground.counters().count(Counter.COVER_MISSED));
        }
    }

    private final class AfterSending implements Reliability.Next {

        @Override
        public void copy(OutgoingFragment fragment) {
            switch (fragment.message().target()) {
                case Target.ToAddress ignored -> outbox.add(fragment);
                case Target.ToSender sender -> replies.addCopy(sender, fragment);
            }
            sealing.run();
        }

        @Override
        public void lost(OutgoingFragment fragment) {
            // Without a gateway all are.
            List<Leg> legs = fragment.takeLegs();
            if (session.isLive()) {
                maker.lost(legs);
            }
        }

        @Override
        public void acknowledged(OutgoingFragment fragment) {
            maker.arrived(fragment.takeLegs(), Optional.empty());
            replies.ended(fragment);
            long sinceSent = ground.nowNanos() - fragment.firstSentNanos();
            if (fragment.transmissions() == 1) {
                roundTrips.add(sinceSent);
            }
            ground.environment().stages().acknowledged(sinceSent, fragment.transmissions());
            if (fragment.message().acknowledged(ground.nowNanos())) {
                outbox.ended(fragment.message().takeFragments().size());
                maker.ended(fragment.message());
            }
        }

        @Override
        public void room() {
            pacer.packetReady();
        }
    }
}
