package org.cloakwork.proxy;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Subscription;
import org.cloakwork.spi.frontend.ExitStanding;
import org.cloakwork.streams.Ticker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where there is nothing to choose: the next connection takes it, too, whatever it does. It is asked only while it has
 * connections and says nothing about any.
 */
final class OneExit implements Exits {

    private static final Logger LOG = LoggerFactory.getLogger(OneExit.class);
    private static final Duration TICK = Duration.ofMillis(250);
    private static final int NAME_BYTES = 16;

    private final MixnetAddress exit;
    private final ExitWatch watch;
    private final Set<Taken> taken = ConcurrentHashMap.newKeySet();
    private final Subscription partner;
    private final Subscription interception;
    private final Ticker ticker = new Ticker("exit-ticker", TICK, this::tick,
            failure -> LOG.warn("what time brings to an exit failed: {}", failure.toString()));

    OneExit(MixnetClient client, MixnetAddress exit, ExitWatch.Patience patience) {
        this.exit = exit;
        SecureRandom random = new SecureRandom();
        byte[] name = new byte[NAME_BYTES];
        random.nextBytes(name);
        watch = new ExitWatch(client, exit, "exit " + HexFormat.of().formatHex(name), random.nextLong(), patience,
                System::nanoTime);
        partner = client.partner(exit);
        interception = client.intercept(watch::received);
        ticker.start();
    }

    private final class Taken implements Use {

        private final CompletableFuture<String> lost = new CompletableFuture<>();
        private volatile boolean answersQuestions;

        @Override
        public MixnetAddress exit() {
            return exit;
        }

        @Override
        public void answered(boolean ours) {
            answersQuestions = ours;
            watch.heard();
        }

        @Override
        public void failed() {
            taken.remove(this);
        }

        @Override
        public void left() {
            taken.remove(this);
        }

        @Override
        public CompletableFuture<String> lost() {
            return lost;
        }
    }

    private void tick() {
        List<Taken> relying = taken.stream().filter(use -> use.answersQuestions).toList();
        if (watch.tick(!relying.isEmpty())) {
            LOG.warn("the exit does not answer, {}: connections that end: {}", watch.reason(), relying.size());
            relying.forEach(use -> {
                taken.remove(use);
                use.lost.complete(watch.reason());
            });
        }
    }

    @Override
    public Use choose(int port, Duration patience) {
        Taken use = new Taken();
        taken.add(use);
        return use;
    }

    @Override
    public List<ExitStanding> known() {
        return List.of(new ExitStanding(new KnownExit(exit, Optional.empty(), OptionalInt.empty()),
                ExitStanding.State.IN_USE, Optional.empty(), OptionalInt.empty(), Optional.empty(), Optional.empty()));
    }

    @Override
    public void close() {
        ticker.close();
        interception.close();
        partner.close();
    }
}
