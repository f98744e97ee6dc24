package org.cloakwork.client.line;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.LinePolicy;
import org.cloakwork.client.outbox.OutgoingFragment;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.wire.PreparedPacket;

/**
 * Keeps what the line brings the same whatever the client does: every packet that leaves brings one in return. A loop
 * does by itself. A packet to a partner does because it carries a reply block and the partner uses it at once, with
 * data or without; where nothing is to be said to it, a pull, which is a packet with a reply block and nothing else,
 * leaves in the place of a loop. Runs on the client's own thread but for what says otherwise.
 */
public final class Line {

    /** What comes back is waited for so long until it is known how long it takes; answers to questions always. */
    private static final long FIRST_NANOS = Duration.ofSeconds(3).toNanos();
    private static final long QUESTION_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long ASKED_NANOS = Duration.ofSeconds(10).toNanos();
    private static final double LOOP_SAMPLE = 1.0 / 100;
    private static final double RETURN_SAMPLE = 1.0 / 256;
    /** What the sentence for people is about. */
    private static final long SHOWN_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int SHOWN_LEAST = 10;
    private static final String ALONE = "what leaves does not depend on what you do; what comes will, since nobody is "
            + "known yet who returns packet for packet";
    private static final String SHOWS = "what you load and send shows on your line: whom you write to does not return "
            + "packet for packet, and there is no mirror";

    /**
     * Whom to ask for packets in return.
     *
     * @param partner its address
     * @param tag     under which it knows us
     * @param asks    whether this is to find out if it gives any
     */
    public record Pull(MixnetAddress partner, SenderTag tag, boolean asks) {
    }

    /**
     * A packet that is ready, with what is to come back for it.
     *
     * @param packet  to send
     * @param answers the digests of its reply blocks' keys
     * @param to      whom it goes to
     */
    public record Ready(PreparedPacket packet, List<ByteBuffer> answers, Pull to) {
    }

    /**
     * What did not come in time.
     *
     * @param pull    it was to come for
     * @param entered whether it is made up for
     */
    private record Overdue(Pull pull, boolean entered) {
    }

    private final LinePolicy policy;
    private final Environment environment;
    private final Counters<Counter> counters;
    private final Partners partners;
    private final Account account = new Account();
    private final Ramp ramp;
    private final Expected<ByteBuffer, Pull> answers = new Expected<>(FIRST_NANOS);
    /** To those of whom it is not known whether they give anything in return. */
    private final Expected<ByteBuffer, Pull> questions = new Expected<>(QUESTION_NANOS);
    /** That did not come in time. */
    private final Expected<ByteBuffer, Overdue> overdue = new Expected<>(QUESTION_NANOS);
    private final Expected<EncryptionKey, Boolean> loops = new Expected<>(FIRST_NANOS);
    private final Shares shares;
    private OptionalLong askedNanos = OptionalLong.empty();
    private double loopsLost;
    private double returnsLost;
    private int unevenShown;
    private long unevenSinceNanos;
    private boolean shows;
    private final Consumer<ByteBuffer> late;
    private volatile boolean covered;
    private volatile boolean on;
    private volatile boolean showing;
    private volatile boolean alone = true;
    private volatile CoverTrafficStrategy.Promise promised = CoverTrafficStrategy.Promise.NOTHING;

    /**
     * @param policy      of the client
     * @param environment of the client
     * @param counters    of the client
     * @param late        told of what nothing came over in time
     */
    public Line(LinePolicy policy, Environment environment, Counters<Counter> counters, Consumer<ByteBuffer> late) {
        this.late = late;
        this.policy = policy;
        this.environment = environment;
        this.counters = counters;
        partners = new Partners(environment.randomness());
        ramp = new Ramp(policy.ramp().toNanos(), now());
        shares = new Shares(policy.returnsPerSecond(), policy.returnsPerSender());
        policy.mirror().ifPresent(this::stand);
    }

    private long now() {
        return environment.clock().nanoTime();
    }

    // ------------------------------------------------------------------ whom we write to

    /**
     * @param paced   whether packets leave in slots: without them there is nothing to keep
     * @param promise of the cover part
     */
    public void paced(boolean paced, CoverTrafficStrategy.Promise promise) {
        covered = paced;
        promised = promise;
        on = paced && policy.twoWay();
    }

    /** {@return whether what the line brings is kept the same; from any thread} */
    public boolean isOn() {
        return on;
    }

    /**
     * Somebody is to be asked for packets in return from now on, whether something goes to it or not. It is asked under
     * a tag of its own, which is new with each client that starts.
     *
     * @param partner whom; {@link #leave} as often
     */
    public void stand(MixnetAddress partner) {
        byte[] tag = new byte[SenderTag.LENGTH];
        environment.randomness().fill(tag);
        partners.stand(partner, new SenderTag(tag), now());
    }

    /** @param partner who need not be asked any more, once the share of another one is up */
    public void leave(MixnetAddress partner) {
        partners.leave(partner, now());
    }

    /**
     * Something is to go to somebody who can answer.
     *
     * @param to  whom
     * @param tag ours for it
     * @return whether it should wait until it is known whether packets come in return
     */
    public boolean use(MixnetAddress to, SenderTag tag) {
        partners.use(to, tag, now());
        return partners.isOpen(to);
    }

    /**
     * @param to somebody
     * @return whether it is not known yet whether packets come in return
     */
    public boolean isOpen(MixnetAddress to) {
        return partners.isOpen(to);
    }

    /**
     * @param to somebody
     * @return whether it gives a packet in return for a packet
     */
    public boolean isPartner(MixnetAddress to) {
        return partners.isPartner(to);
    }

    /**
     * {@return whether messages to it should fill one packet and not more, so that packets come in return one by one;
     * from any thread}
     *
     * @param to somebody
     */
    public boolean wantsSmall(MixnetAddress to) {
        return on && !partners.isWithout(to);
    }

    // ------------------------------------------------------------------ slots

    /** {@return whether this slot is one that asks for a packet in return; to be asked once a slot} */
    public boolean slot() {
        long now = now();
        shows();
        answers.sweep(now, this::overdue);
        questions.sweep(now, (digest, ignored) -> late.accept(digest));
        overdue.sweep(now, (digest, ignored) -> late.accept(digest));
        loops.sweep(now, (key, ignored) -> loopsLost += (1 - loopsLost) * LOOP_SAMPLE);
        if (partners.fallSilent(now - answers.usualNanos(), now) && !partners.hasEven()) {
            ramp.drop();
        }
        double share = ramp.towards(partners.target(now), now);
        return share > 0 && environment.randomness().nextDouble() < share;
    }

    /** {@return whether somebody turned out to give nothing in return: what waits for that can go} */
    public boolean decide() {
        return partners.decide(now());
    }

    /**
     * @param fragment waits
     * @param asking   whether this slot asks for a packet in return
     * @return whether it may leave in it
     */
    public boolean mayLeave(OutgoingFragment fragment, boolean asking) {
        if (fragment.message().target() instanceof Target.ToAddress(MixnetAddress to) && partners.isPartner(to)) {
            return partners.isLost(to) ? partners.takeQuestion(to, now()) : asking;
        }
        if (partners.hasEven()) {
            return asking && account.hasRoom();
        }
        return policy.mirror().filter(partners::isOpen).isEmpty();
    }

    /** @param fragment has left */
    public void left(OutgoingFragment fragment) {
        if (fragment.answer().isPresent() && fragment.message().target() instanceof Target.ToAddress(var to)) {
            partners.sent(to, now());
            if (answers.sent(fragment.answer().get(), new Pull(to, fragment.answerTag(), false), now())) {
                missing(1 - lossOfLoops());
            }
        } else {
            missing(1);
        }
    }

    /** @param pull has left */
    public void left(Ready pull) {
        counters.count(Counter.PULLS_SENT);
        if (pull.to().asks()) {
            partners.questionLeft(pull.to().partner(), now());
        }
        if (!pull.to().asks() && !pull.answers().isEmpty()) {
            partners.sent(pull.to().partner(), now());
        }
        pull.answers().forEach(answer ->
                (pull.to().asks() ? questions : answers).sent(answer, pull.to(), now()));
    }

    /** @param cover has left */
    public void left(PreparedPacket cover) {
        cover.coverKey().ifPresent(key -> loops.sent(key, true, now()));
    }

    // ------------------------------------------------------------------ pulls

    /** {@return whom the next pull is for; empty: none is needed for now} */
    public Optional<Pull> nextPull() {
        return on ? partners.next(now()) : Optional.empty();
    }

    /** {@return how many pulls should be ready} */
    public int pullsAhead(int most) {
        long now = now();
        return !on || partners.target(now) == 0 ? 0 : Math.clamp((int) Math.ceil(ramp.share() * most), 1, most);
    }

    /** {@return whether a pull could even something} */
    public boolean isUneven() {
        return partners.hasEven() && account.isUneven();
    }

    /** {@return how many reply blocks a pull is to carry so that it evens the line: 0 or 2; 1 if none needs to} */
    public int correction() {
        return partners.hasEven() ? account.correction() : 1;
    }

    /**
     * A pull will not leave.
     *
     * @param to     whom it was for
     * @param blocks that it was to carry
     */
    public void unsent(Pull to, int blocks) {
        account.add(blocks - 1);
        if (to.asks()) {
            partners.notAsked(to.partner());
        }
    }

    /** {@return whether a pull is still to be sent} */
    public boolean isWanted(Ready pull) {
        return partners.isWanted(pull.to());
    }

    // ------------------------------------------------------------------ what comes

    /** @param key of cover of ours that came back */
    public void loopBack(EncryptionKey key) {
        if (loops.back(key, now()).isPresent()) {
            loopsLost -= loopsLost * LOOP_SAMPLE;
        }
    }

    /**
     * @param digest of the key of the reply block that something came over
     * @param filler whether it says nothing
     * @return whether that answered whether somebody gives packets in return
     */
    public boolean answered(ByteBuffer digest, boolean filler) {
        if (filler) {
            counters.count(Counter.FILLER_RECEIVED);
        }
        Optional<Expected.Entry<Pull>> inTime = answers.back(digest, now());
        Optional<Pull> pull = inTime.map(Expected.Entry::whose).or(() -> questions.take(digest))
                .or(() -> overdue.take(digest).map(this::cameLate));
        if (pull.isEmpty()) {
            unasked();
            return false;
        }
        counters.count(Counter.RETURNS_RECEIVED);
        returnsLost -= returnsLost * RETURN_SAMPLE;
        boolean lost = partners.isLost(pull.get().partner());
        OptionalLong sentNanos = inTime.map(entry -> OptionalLong.of(entry.sentNanos())).orElse(OptionalLong.empty());
        boolean found = partners.answered(pull.get(), filler, sentNanos, now());
        if (found && partners.isStanding(pull.get().partner())) {
            ramp.fill();
        } else if (found && lost) {
            ramp.restore();
        }
        return found;
    }

    /** Something came that no packet of ours has brought. */
    public void unasked() {
        if (on) {
            missing(-1);
        }
    }

    private Pull cameLate(Overdue late) {
        if (late.entered()) {
            answers.tooSoon();
            missing(lossOfLoops() - 1);
        }
        return late.pull();
    }

    /** What somebody does not answer who has fallen silent is missing, and tells nothing of how much gets lost. */
    private void overdue(ByteBuffer digest, Pull pull) {
        boolean even = partners.isEven(pull.partner());
        overdue.sent(digest, new Overdue(pull, partners.hasEven()), now());
        counters.count(Counter.RETURNS_OVERDUE);
        if (even) {
            returnsLost += (1 - returnsLost) * RETURN_SAMPLE;
        }
        if (partners.hasEven()) {
            missing(1 - lossOfLoops());
        } else {
            // Says nothing of what one does.
            counters.add(Counter.LINE_UNEVEN, account.lose(1 - lossOfLoops()));
        }
    }

    /** Few loops are left to learn it from while all slots ask; a packet and the one in return go twice as far. */
    private double lossOfLoops() {
        return (loopsLost + 1 - Math.sqrt(1 - returnsLost)) / 2;
    }

    private void missing(double packets) {
        int uneven = partners.hasEven() ? account.add(packets) : account.lose(packets);
        counters.add(Counter.LINE_UNEVEN, uneven);
        unevenShown += uneven;
    }

    /** The link is new: nothing comes back that went over the one before. */
    public void restarted() {
        answers.clear();
        questions.clear();
        overdue.clear();
        loops.clear();
        partners.restarted(now());
    }

    // ------------------------------------------------------------------ others

    /**
     * @param sender of somebody else
     * @param wanted packets in return
     * @return how many it gets now
     */
    public int grant(SenderTag sender, int wanted) {
        int granted = shares.grant(sender, wanted, now());
        askedNanos = OptionalLong.of(now());
        counters.add(Counter.RETURNS_REFUSED, wanted - granted);
        counters.add(Counter.RETURNS_SENT, granted);
        return granted;
    }

    /** {@return whether others asked for packets in return a moment ago, so that packets are to be made at once} */
    public boolean isAsked() {
        return askedNanos.isPresent() && now() - askedNanos.getAsLong() < ASKED_NANOS;
    }

    // ------------------------------------------------------------------ for people

    /** {@return the share of slots that ask for packets in return, percent} */
    public int sharePercent() {
        return (int) Math.round(ramp.share() * 100);
    }

    /** {@return what who watches the line can tell, for people; from any thread} */
    public String sentence() {
        if (!covered) {
            return "packets leave as they are ready: the line shows when you send and load, and how much";
        }
        if (promised == CoverTrafficStrategy.Promise.NOTHING) {
            return "packets leave in slots, of which the cover part does not promise that they do not depend on what "
                    + "you do";
        }
        if (promised == CoverTrafficStrategy.Promise.SENDING) {
            return "what leaves does not depend on what you do; what comes does, with this cover part";
        }
        if (!on) {
            return "what leaves does not depend on what you do; what comes does, since line = one-way";
        }
        if (showing) {
            return SHOWS;
        }
        return alone ? ALONE : "what leaves and what comes do not depend on what you do, as long as those you write to "
                + "return packet for packet";
    }

    /** {@return what is wrong with that; empty: nothing that is known of} */
    public Optional<String> shows() {
        long now = now();
        if (now - unevenSinceNanos > SHOWN_NANOS) {
            shows = unevenShown >= SHOWN_LEAST;
            unevenShown = 0;
            unevenSinceNanos = now;
        }
        alone = !partners.hasEven();
        showing = on && (shows || unevenShown >= SHOWN_LEAST);
        return showing ? Optional.of(SHOWS) : Optional.empty();
    }
}
