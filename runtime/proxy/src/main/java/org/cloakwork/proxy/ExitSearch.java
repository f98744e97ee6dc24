package org.cloakwork.proxy;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.Subscription;
import org.cloakwork.spi.frontend.ExitStanding;
import org.cloakwork.streams.Ticker;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.socks5.ProviderRequest;
import org.cloakwork.wire.socks5.ProviderResponse;
import org.cloakwork.wire.socks5.Versions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What surrounds {@link ExitChoice}: time, the client, and those who wait. */
final class ExitSearch implements Exits {

    private static final Logger LOG = LoggerFactory.getLogger(ExitSearch.class);
    private static final Duration TICK = Duration.ofMillis(250);
    /** As many as a connection begins with: a question looks like one. */
    private static final int SURBS = 20;
    /** As many as a piece of a connection brings. */
    private static final int FURTHER_SURBS = 3;
    /** Exits are asked for it at the start, so that the first connection need not wait. */
    private static final int USUAL_PORT = 443;
    private static final int NAME_BYTES = 16;
    /** What an exit says of a connection is told on once in so long. */
    private static final Duration HEARD_AGAIN = Duration.ofSeconds(1);

    private final MixnetClient client;
    /** Guards all that changes here, the choice among it; what is done with it is handed to {@link #step}. */
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ExitChoice choice;
    private final Map<String, Probe> probes = new HashMap<>();
    private final Map<Long, CompletableFuture<String>> lost = new HashMap<>();
    private long changes;
    private boolean closed;
    private boolean begun;
    private MixnetAddress partner;
    private Subscription asked = () -> { };
    private final SecureRandom random = new SecureRandom();
    /** Begins the name of everybody that our questions are from. */
    private final String prefix;
    private final Ticker ticker = new Ticker("exits-ticker", TICK, this::tick,
            failure -> LOG.warn("what time brings to exits failed: {}", failure.toString()));
    private final Subscription interception;
    private final Subscription states;

    /** Who a question is from, as the exit sees it: nobody else is, and none is twice. */
    private record Probe(long number, MixnetAddress exit) {
    }

    ExitSearch(MixnetClient client, ExitSettings settings) {
        this.client = client;
        choice = new ExitChoice(settings, random::nextLong);
        byte[] name = new byte[NAME_BYTES];
        random.nextBytes(name);
        prefix = "exits " + HexFormat.of().formatHex(name) + ' ';
        interception = client.intercept(this::received);
        states = client.onState(this::stateChanged);
        ticker.start();
    }

    /** Does something with the choice, and what follows from it. */
    private void step(Supplier<List<ExitChoice.Action>> event) {
        List<ExitChoice.Action> actions;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            actions = event.get();
            choice.next(USUAL_PORT).ifPresent(this::usePartner);
            changes++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        actions.stream().filter(ExitChoice.Lost.class::isInstance).map(ExitChoice.Lost.class::cast)
                .collect(Collectors.groupingBy(ExitChoice.Lost::reason, Collectors.counting())).forEach((why, count) ->
                        LOG.warn("an exit does not answer, {}: connections that lose it: {}", why, count));
        actions.forEach(this::perform);
    }

    private void usePartner(MixnetAddress next) {
        if (!next.equals(partner)) {
            Subscription before = asked;
            asked = client.partner(next);
            partner = next;
            before.close();
        }
    }

    private void perform(ExitChoice.Action action) {
        switch (action) {
            case ExitChoice.TellExits ignored -> client.exits().whenComplete(this::listed);
            case ExitChoice.Ask(long probe, MixnetAddress exit, boolean policy) -> ask(probe, exit, policy);
            case ExitChoice.Lost(long use, String reason) -> {
                lock.lock();
                CompletableFuture<String> told;
                try {
                    told = lost.remove(use);
                } finally {
                    lock.unlock();
                }
                if (told != null) {
                    told.complete(reason);
                }
            }
        }
    }

    private void listed(List<KnownExit> exits, Throwable failure) {
        step(() -> {
            if (failure == null) {
                choice.listed(exits, System.nanoTime());
            } else {
                Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                choice.notListed(String.valueOf(cause.getMessage()), System.nanoTime());
            }
            return begun ? choice.wanted(USUAL_PORT, System.nanoTime()) : List.of();
        });
    }

    private void ask(long number, MixnetAddress exit, boolean policy) {
        String name = prefix + number;
        lock.lock();
        try {
            probes.put(name, new Probe(number, exit));
        } finally {
            lock.unlock();
        }
        SendOptions options = SendOptions.DEFAULT.withIsolation(name).withLane(random.nextLong())
                .withDeadline(ExitChoice.PROBE_PATIENCE);
        send(number, exit, ProviderRequest.Query.Question.OPEN_PROXY, options.withReplySurbs(SURBS));
        if (policy) {
            send(number, exit, ProviderRequest.Query.Question.EXIT_POLICY, options.withReplySurbs(FURTHER_SURBS));
        }
    }

    private void send(long number, MixnetAddress exit, ProviderRequest.Query.Question question, SendOptions options) {
        client.send(exit, new ProviderRequest.Query(Versions.CURRENT, question).bytes(), options).outcome()
                .thenAccept(outcome -> {
                    // That nobody has acknowledged it in time is seen without this, and later.
                    if (outcome instanceof Outcome.Failed(FailureReason reason, String detail)
                            && reason == FailureReason.UNKNOWN_GATEWAY) {
                        step(() -> choice.undelivered(number, detail, System.nanoTime()));
                    }
                });
    }

    private boolean received(ReceivedMessage message) {
        if (!(message.origin() instanceof ReceivedMessage.Answer(Optional<MixnetAddress> from, Optional<String> name))
                || name.filter(text -> text.startsWith(prefix)).isEmpty()) {
            return false;
        }
        Probe probe;
        lock.lock();
        try {
            probe = probes.get(name.get());
        } finally {
            lock.unlock();
        }
        if (probe == null || from.filter(probe.exit()::equals).isEmpty()) {
            return true;
        }
        try {
            if (ProviderResponse.parse(message.payload()) instanceof ProviderResponse.Answer told) {
                step(() -> {
                    choice.answered(probe.number(), told.answer(), System.nanoTime());
                    return List.of();
                });
            }
        } catch (WireException e) {
            // as if it had said nothing
        }
        return true;
    }

    private void stateChanged(ClientState state) {
        boolean ready = state instanceof ClientState.Ready;
        step(() -> {
            choice.online(ready);
            boolean first = ready && !begun;
            begun |= ready;
            return first ? choice.wanted(USUAL_PORT, System.nanoTime()) : List.of();
        });
    }

    private void tick() {
        step(() -> {
            probes.values().removeIf(probe -> !choice.isOpen(probe.number()));
            return choice.tick(System.nanoTime());
        });
    }

    @Override
    public Use choose(int port, Duration patience) throws NoExitException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            step(() -> choice.wanted(port, System.nanoTime()));
            lock.lockInterruptibly();
            try {
                if (closed) {
                    throw new NoExitException("the front-end was closed");
                }
                switch (choice.choice(port)) {
                    case ExitChoice.Take(MixnetAddress exit) -> {
                        CompletableFuture<String> told = new CompletableFuture<>();
                        long use = choice.took(exit, System.nanoTime());
                        lost.put(use, told);
                        return new Taken(use, exit, told);
                    }
                    case ExitChoice.None(String reason) -> throw new NoExitException(reason);
                    case ExitChoice.Wait(String reason) -> {
                        long left = deadline - System.nanoTime();
                        if (left <= 0) {
                            throw new NoExitException(reason + " within " + patience.toMillis() + " ms");
                        }
                        awaitChange(left);
                    }
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private void awaitChange(long mostNanos) throws InterruptedException {
        long seen = changes;
        long left = mostNanos;
        while (changes == seen && left > 0) {
            left = changed.awaitNanos(left);
        }
    }

    /** What whoever took an exit has. */
    private final class Taken implements Use {

        private final long number;
        private final MixnetAddress exit;
        private final CompletableFuture<String> told;
        private volatile boolean heard;
        private volatile long heardNanos;

        Taken(long number, MixnetAddress exit, CompletableFuture<String> told) {
            this.number = number;
            this.exit = exit;
            this.told = told;
        }

        @Override
        public MixnetAddress exit() {
            return exit;
        }

        @Override
        public void answered(boolean ours) {
            long now = System.nanoTime();
            if (!heard || now - heardNanos > HEARD_AGAIN.toNanos()) {
                heard = true;
                heardNanos = now;
                step(() -> {
                    choice.heardOf(number, now);
                    return List.of();
                });
            }
        }

        @Override
        public void failed() {
            report(() -> choice.failed(number, System.nanoTime()));
        }

        @Override
        public void left() {
            report(() -> {
                choice.left(number);
                return List.of();
            });
        }

        private void report(Supplier<List<ExitChoice.Action>> event) {
            step(() -> {
                lost.remove(number);
                return event.get();
            });
        }

        @Override
        public CompletableFuture<String> lost() {
            return told;
        }
    }

    @Override
    public List<ExitStanding> known() {
        lock.lock();
        try {
            return choice.known();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changes++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        asked.close();
        ticker.close();
        states.close();
        interception.close();
    }
}
