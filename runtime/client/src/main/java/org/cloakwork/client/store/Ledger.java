package org.cloakwork.client.store;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.Way;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.store.Change;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.ReplySurb;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.ReplyKey;

/**
 * Writes down what a client must not forget, as it happens; without a store it does nothing. What must not happen
 * before it is written down goes through {@link #whenDurable}. Used on the client's own thread only.
 */
public final class Ledger {

    private final Environment environment;
    private final IdentityKey self;
    private final Journal journal;
    private final Map<ReplySurb, byte[]> surbRows = new IdentityHashMap<>();
    /** Which fragments of incomplete sets are written down. */
    private final Map<FragmentSet, BitSet> fragmentRows = new HashMap<>();
    private long nextId;

    private record FragmentSet(Way way, int setId) {
    }

    /**
     * @param store       what it is written to, if to anything
     * @param saved       what was there at the start, which ids go on from
     * @param self        who the client is
     * @param environment of the client
     * @param counters    of the client
     * @param onProblem   called when {@link #problem} has changed
     */
    public Ledger(Optional<RowStore> store, Saved saved, IdentityKey self, Environment environment,
                  Counters<Counter> counters, Runnable onProblem) {
        this.environment = environment;
        this.self = self;
        this.journal = store.map(s -> new Journal(s, environment, counters, onProblem)).orElse(null);
        saved.messages().forEach(message -> used(message.id()));
        saved.received().forEach(message -> used(message.id()));
        saved.fragments().forEach(arrived -> fragmentRows
                .computeIfAbsent(new FragmentSet(arrived.way(), arrived.fragment().setId()), id -> new BitSet())
                .set(arrived.fragment().position()));
        saved.surbs().forEach(surb -> {
            surbRows.put(surb.surb(), surb.row());
            used(ByteBuffer.wrap(surb.row()).getLong(SenderTag.LENGTH));
        });
    }

    private void used(long id) {
        nextId = Math.max(nextId, id + 1);
    }

    /** {@return one for a client without a store} */
    public static Ledger none() {
        return new Ledger(Optional.empty(), Saved.NOTHING, null, null, null, () -> { });
    }

    /** {@return whether there is a store} */
    public boolean isOn() {
        return journal != null;
    }

    /** {@return why nothing can be written at present, if that is so} */
    public Optional<String> problem() {
        return journal == null ? Optional.empty() : journal.problem();
    }

    /** @param task run when everything written down so far is durable; at once if it is, or if there is no store */
    public void whenDurable(Runnable task) {
        if (journal == null) {
            task.run();
        } else {
            journal.afterCommit(task);
        }
    }

    /** From now on, what cannot be written is not waited for. */
    public void closing() {
        if (journal != null) {
            journal.closing();
        }
    }

    /** @param due what was found at the start to be changed, before anything else is */
    public void change(List<Change> due) {
        due.forEach(change -> {
            switch (change) {
                case Change.Put(String table, byte[] key, byte[] value) -> journal.put(table, key, value);
                case Change.Remove(String table, byte[] key) -> journal.remove(table, key);
            }
        });
    }

    // ------------------------------------------------------------------ who and where we are

    /**
     * @param gateway       took us in, or authenticated us: our address leads there from now on
     * @param key           agreed on
     * @param lastTimestamp of the latest authentication, seconds
     */
    public void registered(IdentityKey gateway, GatewaySharedKey key, long lastTimestamp) {
        if (journal != null) {
            journal.put(Rows.GATEWAY, self.bytes(), gateway.bytes());
            journal.put(Rows.REGISTRATION, Rows.registrationKey(self, gateway), Rows.registration(key, lastTimestamp));
        }
    }

    /** @param guards the gateways we use from now on, in order */
    public void guards(List<Saved.Guard> guards) {
        if (journal != null) {
            journal.put(Rows.GUARDS, self.bytes(), Rows.guards(guards));
        }
    }

    /** @param topology is the last good one from now on */
    public void topology(Topology topology) {
        if (journal != null) {
            journal.put(Rows.TOPOLOGY, self.bytes(), Rows.topology(topology, environment.clock().now()));
        }
    }

    /**
     * @param recipient someone we write to
     * @param tag       our name for ourselves, which is in use
     */
    public void named(MixnetAddress recipient, SenderTag tag) {
        if (journal != null) {
            journal.put(Rows.TAG, recipient.bytes(), Rows.tag(tag, environment.clock().now()));
        }
    }

    /** @param recipient for whom our name is forgotten */
    public void unnamed(MixnetAddress recipient) {
        if (journal != null) {
            journal.remove(Rows.TAG, recipient.bytes());
        }
    }

    // ------------------------------------------------------------------ reply blocks

    /**
     * @param key    of a reply block that is about to be given away
     * @param ownTag under which
     */
    public void made(ReplyKey key, Optional<SenderTag> ownTag) {
        if (journal != null) {
            journal.add(Rows.REPLY_KEY, key.digest(), Rows.replyKey(key, environment.clock().now(), ownTag));
        }
    }

    /** @param key no longer of use */
    public void forgotten(ReplyKey key) {
        if (journal != null) {
            journal.remove(Rows.REPLY_KEY, key.digest());
        }
    }

    /**
     * @param sender  whose it is
     * @param surb    taken in
     * @param wroteTo our address that the sender wrote to, if it did
     */
    public void stocked(SenderTag sender, ReplySurb surb, Optional<MixnetAddress> wroteTo) {
        if (journal != null) {
            byte[] row = Rows.surbKey(sender, nextId++);
            surbRows.put(surb, row);
            journal.add(Rows.SURB, row, Rows.surb(surb, environment.clock().now(), wroteTo));
        }
    }

    /** @param surb used, or about to be, or dropped */
    public void taken(ReplySurb surb) {
        byte[] row = surbRows.remove(surb);
        if (row != null) {
            journal.remove(Rows.SURB, row);
        }
    }

    // ------------------------------------------------------------------ messages out

    /** {@return an id for a message} */
    public long newId() {
        return nextId++;
    }

    /** @param message has an id of its own, and was accepted */
    public void accepted(Saved.Message message) {
        if (journal != null) {
            journal.add(Rows.MESSAGE, Rows.id(message.id()), Rows.message(message));
        }
    }

    /** @param message was cut into fragments, which are about to leave */
    public void cut(Saved.Message message) {
        if (journal != null) {
            journal.put(Rows.MESSAGE, Rows.id(message.id()), Rows.message(message));
        }
    }

    /** @param id of a message that ended */
    public void ended(long id) {
        if (journal != null) {
            journal.remove(Rows.MESSAGE, Rows.id(id));
        }
    }

    // ------------------------------------------------------------------ messages in

    /**
     * @param fragment arrived, of a message that is not complete
     * @param way      how
     */
    public void arrived(Fragment fragment, Way way) {
        if (journal != null) {
            fragmentRows.computeIfAbsent(new FragmentSet(way, fragment.setId()), id -> new BitSet())
                    .set(fragment.position());
            journal.offer(Rows.FRAGMENT, Rows.fragmentKey(way, fragment.setId(), fragment.position()),
                    fragment.bytes());
        }
    }

    /**
     * @param way   how it came
     * @param setId whose fragments are held no longer
     */
    public void dropped(Way way, int setId) {
        BitSet positions = fragmentRows.remove(new FragmentSet(way, setId));
        if (positions != null && journal != null) {
            positions.stream().forEach(
                    position -> journal.remove(Rows.FRAGMENT, Rows.fragmentKey(way, setId, position)));
        }
    }

    /**
     * @param way          how it came
     * @param setId        is complete
     * @param fingerprints of its fragments
     */
    public void completed(Way way, int setId, byte[] fingerprints) {
        if (journal != null) {
            journal.offer(Rows.COMPLETED, Rows.completedKey(way, setId),
                    Rows.completed(environment.clock().now(), fingerprints));
        }
    }

    /**
     * @param way   how it came
     * @param setId was complete, a while ago
     */
    public void forgotten(Way way, int setId) {
        if (journal != null) {
            journal.remove(Rows.COMPLETED, Rows.completedKey(way, setId));
        }
    }

    /**
     * @param row   a number
     * @param marks of messages that were there, what the row has from now on
     */
    public void seen(long row, long[] marks) {
        if (journal != null) {
            journal.put(Rows.SEEN, Rows.id(row), Rows.seen(marks));
        }
    }

    /**
     * @param first row that goes
     * @param last  row that goes
     */
    public void unseen(long first, long last) {
        for (long row = first; row <= last && journal != null; row++) {
            journal.remove(Rows.SEEN, Rows.id(row));
        }
    }

    /**
     * @param message to be handed to whoever listens
     * @return to be run, on any thread, when it was handed over or dropped
     */
    public Runnable received(ReceivedMessage message) {
        if (journal == null) {
            return () -> { };
        }
        long id = nextId++;
        journal.offer(Rows.RECEIVED, Rows.id(id), Rows.received(message));
        return gone(id);
    }

    /**
     * @param id of a message that was there at the start
     * @return to be run, on any thread, when it was handed over or dropped
     */
    public Runnable gone(long id) {
        return () -> environment.scheduler().execute(() -> journal.remove(Rows.RECEIVED, Rows.id(id)));
    }
}
