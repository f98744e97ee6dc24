package org.cloakwork.client.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.PartFailure;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayTransport;

/**
 * Finds out which gateways can be reached, by opening a link to each and closing it. Used on the client's own thread.
 */
final class Probes {

    private static final Duration PATIENCE = Duration.ofMillis(1500);

    private final Environment environment;
    private Round round;

    Probes(Environment environment) {
        this.environment = environment;
    }

    /** {@return whether an answer is being waited for} */
    boolean isBusy() {
        return round != null;
    }

    /**
     * @param endpoints the gateways, all asked at once
     * @param transport used for that
     * @param then      told who answered, the fastest first, not at once
     */
    void ask(List<GatewayEndpoint> endpoints, GatewayTransport transport, Consumer<List<IdentityKey>> then) {
        round = new Round(then);
        endpoints.forEach(endpoint -> round.probes.add(new Probe(round, endpoint)));
        List.copyOf(round.probes).forEach(probe -> probe.begin(transport));
    }

    /** Ends what is being asked, without an answer. */
    void cancel() {
        if (round != null) {
            Round old = round;
            round = null;
            old.probes.forEach(Probe::end);
        }
    }

    private final class Round {

        private final List<Probe> probes = new ArrayList<>();
        private final List<IdentityKey> answered = new ArrayList<>();
        private final Consumer<List<IdentityKey>> then;

        private Round(Consumer<List<IdentityKey>> then) {
            this.then = then;
        }

        private void ended(Probe probe, boolean opened) {
            if (round != this || !probes.remove(probe)) {
                return;
            }
            probe.end();
            if (opened) {
                answered.add(probe.endpoint.identity());
            }
            if (probes.isEmpty()) {
                round = null;
                then.accept(answered);
            }
        }
    }

    private final class Probe implements GatewayLink.Handler {

        private final Round owner;
        private final GatewayEndpoint endpoint;
        private GatewayLink link;
        private Cancellable timeout = () -> { };

        private Probe(Round owner, GatewayEndpoint endpoint) {
            this.owner = owner;
            this.endpoint = endpoint;
        }

        private void begin(GatewayTransport transport) {
            try {
                link = transport.connect(endpoint, this);
            } catch (PartFailure e) {
                ended(false);
                return;
            }
            timeout = environment.scheduler().schedule(PATIENCE, () -> owner.ended(this, false));
        }

        private void ended(boolean opened) {
            environment.scheduler().execute(() -> owner.ended(this, opened));
        }

        private void end() {
            timeout.cancel();
            if (link != null) {
                link.close();
            }
        }

        @Override
        public void opened() {
            ended(true);
        }

        @Override
        public void text(String text) {
        }

        @Override
        public void binary(byte[] binary) {
        }

        @Override
        public void closed(String reason) {
            ended(false);
        }
    }
}
