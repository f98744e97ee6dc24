package org.cloakwork.client.replies;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongToIntFunction;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.cloakwork.api.Insight;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.PacketSizes;
import org.cloakwork.client.encode.Content;
import org.cloakwork.client.encode.Encoder;
import org.cloakwork.client.outbox.Lane;
import org.cloakwork.client.outbox.OutgoingFragment;
import org.cloakwork.client.outbox.OutgoingMessage;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.Saved;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.ReplyContent;
import org.cloakwork.wire.ReplySurb;

/**
 * Answers to anonymous senders: has fragments wait for reply blocks, asks for more where they run short, and gives them
 * to those who ask us. Source: protocol/3-messages, 5.4.
 */
public final class Replies {

    /** Most reply blocks granted for one request, and sent in one message. */
    private static final int MOST_GRANTED = 500;
    private static final int MOST_A_MESSAGE = 100;
    /** Deadline of messages that carry reply blocks or ask for them. */
    private static final Duration DEADLINE = Duration.ofMinutes(5);
    /**
     * What those messages may hold, all of them and those of one tag; a request that asks for more is refused. What one
     * tag asks for does not take from another: otherwise whoever has two of them learns whether they are of one client.
     */
    private static final long LIMIT_BYTES = 16 * 1024 * 1024;
    private static final long LIMIT_BYTES_OF_A_TAG = 1024 * 1024;
    private static final Duration CHECK = Duration.ofSeconds(5);
    /** Senders asked for new reply blocks after a rotation at each check, so that not all are at once. */
    private static final int RENEWED_AT_ONCE = 20;

    /** What follows. */
    public interface Next {

        /** @param fragment has its reply block and can go */
        void release(OutgoingFragment fragment);

        /**
         * @param message of our own
         * @param content of it
         */
        void send(OutgoingMessage message, Content content);

        /**
         * @param sender of somebody else
         * @param wanted packets in return
         * @return how many it gets now; 0 if it gets none at all
         */
        int grant(SenderTag sender, int wanted);

        /**
         * @param sender of somebody else
         * @param surbs  each to be used now for a packet that says nothing
         */
        void fill(SenderTag sender, List<ReplySurb> surbs);

        /** {@return whether others get packets in return that ask for them} */
        boolean returnsPackets();

        /**
         * @param partner somebody
         * @return whether it uses each reply block of ours for a packet at once
         */
        boolean isPartner(MixnetAddress partner);
    }

    private final Environment environment;
    private final PacketSizes sizes;
    private final Counters<Counter> counters;
    private final SurbStock stock;
    private final SenderTags tags;
    private final Supplier<Optional<MixnetAddress>> own;
    private final Next next;
    /** Messages of our own that have not ended, and what they hold. */
    private final Set<OutgoingMessage> messages = new HashSet<>();
    private long heldBytes;
    private final Map<SenderTag, Long> heldBytesByTag = new HashMap<>();
    private Cancellable check = () -> { };

    /**
     * @param environment of the client
     * @param counters    of the client
     * @param sizes       of packets
     * @param ledger      told which reply blocks and tags come and go
     * @param tagLifetime of a tag of ours that is not used
     * @param own         our address while we can send, for requests
     * @param next        what follows
     */
    public Replies(Environment environment, Counters<Counter> counters, PacketSizes sizes, Ledger ledger,
                   Duration tagLifetime, Supplier<Optional<MixnetAddress>> own, Next next) {
        this.environment = environment;
        this.counters = counters;
        this.sizes = sizes;
        this.own = own;
        this.next = next;
        stock = new SurbStock(counters, ledger);
        tags = new SenderTags(environment.randomness(), counters, ledger, tagLifetime);
    }

    /**
     * @param saved   was there before the client started
     * @param toNanos a date in monotonic time
     */
    public void restore(Saved saved, ToLongFunction<Instant> toNanos) {
        stock.restore(saved.surbs(), environment.clock().nanoTime());
        tags.restore(saved.tags(), toNanos);
    }

    /** {@return reply blocks in stock, by whom they are of} */
    public List<Insight.Stock> inStock() {
        return stock.largest();
    }

    /**
     * @param recipient someone we write to
     * @param isolation whom we are to it, if not just ourselves
     * @return our tag for it
     */
    public SenderTag tagFor(MixnetAddress recipient, Optional<String> isolation) {
        return tags.tagFor(new SenderTags.Self(recipient, isolation), environment.clock().nanoTime());
    }

    /**
     * @param used our tag under which the reply block was given away that something came over, if that is known
     * @return whose answer that is
     */
    public ReceivedMessage.Answer answer(Optional<SenderTag> used) {
        return used.flatMap(tags::self)
                .map(self -> new ReceivedMessage.Answer(Optional.of(self.recipient()), self.isolation()))
                .orElse(new ReceivedMessage.Answer(Optional.empty(), Optional.empty()));
    }

    /**
     * @param sender a tag
     * @return whether it can be answered, now or when the reply blocks come that were asked for
     */
    public boolean canAnswer(SenderTag sender) {
        return stock.canAnswer(sender, environment.clock().nanoTime());
    }

    /** {@return reply blocks of others that are held and not taken for a fragment} */
    public int surbsHeld() {
        return stock.size();
    }

    /** {@return the most that {@link #surbsHeld} ever was} */
    public int mostSurbsHeld() {
        return stock.mostHeld();
    }

    /**
     * @param sender    an anonymous sender
     * @param surbs     that came with its message
     * @param requested whether they are the answer to a request
     * @param wroteTo   our address that it wrote to, also if we are not there any more
     * @param length    of the data that they came with
     */
    public void received(SenderTag sender, List<ReplySurb> surbs, boolean requested, Optional<MixnetAddress> wroteTo,
                         int length) {
        if (next.returnsPackets() && stock.isPulled(sender, environment.clock().nanoTime())) {
            int packets = Encoder.packets(length, surbs.size(), sizes);
            // As many blocks as packets is what a pull says, too: whoever uploads for long sends nothing else.
            use(sender, surbs.subList(0, Math.min(surbs.size(), Encoder.MOST_PULLED * packets)),
                    !surbs.isEmpty() && surbs.size() <= packets, wroteTo);
        } else {
            stock.received(sender, surbs, requested, wroteTo, environment.clock().nanoTime());
            serve(sender);
        }
    }

    /**
     * Somebody asks for packets in return: each block brings one, never more than came along, and at once.
     *
     * @param sender  an anonymous sender
     * @param surbs   that came with its message
     * @param wroteTo our address that it wrote to, also if we are not there any more
     */
    public void pulled(SenderTag sender, List<ReplySurb> surbs, Optional<MixnetAddress> wroteTo) {
        if (next.returnsPackets()) {
            use(sender, surbs.subList(0, Math.min(surbs.size(), Encoder.MOST_PULLED)), true, wroteTo);
        } else {
            received(sender, surbs, false, wroteTo, 0);
        }
    }

    private void use(SenderTag sender, List<ReplySurb> surbs, boolean asks, Optional<MixnetAddress> wroteTo) {
        List<ReplySurb> usable = stock.pulled(sender, surbs, asks, wroteTo, environment.clock().nanoTime());
        List<ReplySurb> granted = usable.subList(0, next.grant(sender, usable.size()));
        List<OutgoingFragment> released = stock.release(sender, granted);
        released.forEach(next::release);
        next.fill(sender, granted.subList(released.size(), granted.size()));
    }

    /**
     * @param target    an anonymous sender
     * @param fragments of an answer, or the one of a request
     * @return whether they are on their way or wait; false if there is no reply block for a request
     */
    public boolean add(Target.ToSender target, List<OutgoingFragment> fragments) {
        if (!target.asksForSurbs()) {
            fragments.forEach(fragment -> stock.enqueue(target.sender(), fragment));
            serve(target.sender());
            return true;
        }
        Optional<ReplySurb> surb = stock.takeForRequest(target.sender());
        surb.ifPresent(taken -> {
            counters.count(Counter.SURB_REQUESTS_SENT);
            fragments.getFirst().setSurb(taken);
            next.release(fragments.getFirst());
        });
        return surb.isPresent();
    }

    /**
     * @param target   an anonymous sender
     * @param fragment a copy of it was lost
     */
    public void addCopy(Target.ToSender target, OutgoingFragment fragment) {
        if (!target.asksForSurbs()) {
            stock.enqueue(target.sender(), fragment);
            serve(target.sender());
            return;
        }
        stock.takeForRequestAgain(target.sender()).ifPresentOrElse(surb -> {
            fragment.setSurb(surb);
            next.release(fragment);
        }, () -> fragment.message().givenUp());
    }

    /** @param fragment needs no further copy: a reply block that was taken for one goes back */
    public void ended(OutgoingFragment fragment) {
        if (fragment.message().target() instanceof Target.ToSender(SenderTag sender, boolean ignored)) {
            Optional.ofNullable(fragment.takeSurb()).ifPresent(surb -> {
                if (stock.isPulled(sender, environment.clock().nanoTime())) {
                    next.fill(sender, List.of(surb));
                } else {
                    stock.putBack(sender, surb, environment.clock().nanoTime());
                }
            });
        }
    }

    /** Sends what waits for reply blocks as far as they suffice, and asks for more if they do not. */
    private void serve(SenderTag sender) {
        if (next.returnsPackets() && stock.isPulled(sender, environment.clock().nanoTime())) {
            return;
        }
        List<OutgoingFragment> released = stock.release(sender);
        released.forEach(next::release);
        if (stock.isWaiting(sender) || !released.isEmpty()) {
            ask(sender, nowNanos -> stock.request(sender, nowNanos));
        }
    }

    /** Who is asked learns our address: only one that it wrote to, and only while we are there to get the answer. */
    private void ask(SenderTag sender, LongToIntFunction amount) {
        Optional<MixnetAddress> address = own.get();
        if (address.isEmpty()) {
            return;
        }
        if (!address.equals(stock.wroteTo(sender))) {
            counters.count(Counter.SURB_REQUESTS_UNASKED);
            return;
        }
        int wanted = amount.applyAsInt(environment.clock().nanoTime());
        if (wanted > 0) {
            next.send(message(new Target.ToSender(sender, true), sender, 0),
                    new Content.SurbRequest(address.get(), wanted));
        }
    }

    /**
     * Answers a request for reply blocks that came over one of ours: to whom that one was given, under the tag it was
     * given under.
     *
     * @param request the request
     * @param used    our tag under which it got the reply block it asked with, if that is known
     */
    public void grant(ReplyContent.SurbRequest request, Optional<SenderTag> used) {
        boolean theirs = used.flatMap(tags::self)
                .filter(self -> self.recipient().equals(request.recipient())).isPresent();
        int left = Math.clamp(request.amount(), 0, MOST_GRANTED);
        long bytes = OutgoingMessage.bytesHeld(0, left, sizes);
        if (theirs && next.isPartner(request.recipient())) {
            // It would use all of them at once.
            counters.count(Counter.SURB_REQUESTS_REFUSED);
        } else if (!theirs) {
            counters.count(Counter.SURB_REQUESTS_OF_OTHERS);
        } else if (heldBytes + bytes > LIMIT_BYTES
                || heldBytesByTag.getOrDefault(used.orElseThrow(), 0L) + bytes > LIMIT_BYTES_OF_A_TAG) {
            counters.count(Counter.SURB_REQUESTS_REFUSED);
        } else {
            counters.count(Counter.SURB_REQUESTS_RECEIVED);
            while (left > 0) {
                int now = Math.min(left, MOST_A_MESSAGE);
                next.send(message(new Target.ToAddress(request.recipient()), used.orElseThrow(), now),
                        new Content.MoreSurbs(used.orElseThrow(), now));
                left -= now;
            }
        }
    }

    /** Messages of our own are not counted among those of applications. */
    private OutgoingMessage message(Target target, SenderTag tag, int surbCount) {
        long now = environment.clock().nanoTime();
        long bytes = OutgoingMessage.bytesHeld(0, surbCount, sizes);
        OutgoingMessage message = new OutgoingMessage(target, Lane.surbs(tag), 0, now, now + DEADLINE.toNanos(),
                (ended, outcome) -> {
                    messages.remove(ended);
                    heldBytes -= bytes;
                    heldBytesByTag.computeIfPresent(tag, (t, held) -> held > bytes ? held - bytes : null);
                    counters.add(outcome instanceof Outcome.Acknowledged ? Counter.SURBS_ARRIVED : Counter.SURBS_UNSURE,
                            ended.surbs());
                }, environment.outcomes());
        messages.add(message);
        heldBytes += bytes;
        heldBytesByTag.merge(tag, bytes, Long::sum);
        return message;
    }

    /** {@return messages of our own that have not ended} */
    public List<OutgoingMessage> messages() {
        return List.copyOf(messages);
    }

    /** Begins to look after those who wait: requests get lost, so they ask again. */
    public void start() {
        check = environment.scheduler().schedule(CHECK, this::start);
        stock.waiting().forEach(this::serve);
        long now = environment.clock().nanoTime();
        tags.end(now);
        if (own.get().isPresent()) {
            stock.toRenew(now, RENEWED_AT_ONCE).stream().filter(sender -> !stock.isPulled(sender, now))
                    .forEach(sender -> ask(sender, nowNanos -> stock.renewal(sender, nowNanos)));
        }
    }

    /** Ends that. */
    public void stop() {
        check.cancel();
    }

    /** @param present the present topology; to be told now and then even if it is the same */
    public void topologyChanged(Topology present) {
        stock.topologyChanged(present, environment.clock().nanoTime());
    }
}
