package org.cloakwork.client.session;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.GatewayPolicy;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;

/**
 * Which gateway is next: the one that is named; otherwise our own, the one others reach us at, as long as it can be
 * reached itself; otherwise another of the {@link Guards}. Knows why each could not be reached.
 */
final class GatewayChoice {

    private final Environment environment;
    private final Optional<IdentityKey> named;
    private final GatewayPolicy policy;
    private final Guards guards;
    private final Runnable onUnlistedTooLong;

    private Optional<Topology> topology = Optional.empty();
    private Optional<IdentityKey> own;
    /** Of the guards but our own, the one that was tried last. */
    private Optional<IdentityKey> tried = Optional.empty();
    /** Tried next, whatever our own is. */
    private Optional<IdentityKey> returning = Optional.empty();
    /** Why each gateway could not be reached since there was a session. */
    private final Map<IdentityKey, String> faults = new HashMap<>();
    private OptionalLong unreachableSinceNanos = OptionalLong.empty();
    private OptionalLong unlistedSinceNanos = OptionalLong.empty();
    private Cancellable unlistedTooLong = () -> { };
    private boolean hadSession;

    /**
     * @param named             the gateway to use; empty: one of the guards
     * @param own               where others reach us, from before
     * @param onUnlistedTooLong run when our own has been gone from the network for longer than the policy bears
     */
    GatewayChoice(Environment environment, Optional<IdentityKey> named, GatewayPolicy policy, Guards guards,
           Optional<IdentityKey> own, Runnable onUnlistedTooLong) {
        this.environment = environment;
        this.named = named;
        this.policy = policy;
        this.guards = guards;
        this.own = own;
        this.onUnlistedTooLong = onUnlistedTooLong;
    }

    void update(Topology newTopology) {
        topology = Optional.of(newTopology);
        if (named.isEmpty()) {
            guards.update(newTopology);
        }
        if (own.flatMap(newTopology::node).isPresent()) {
            listed();
        } else if (own.isPresent() && unlistedSinceNanos.isEmpty()) {
            unlistedSinceNanos = OptionalLong.of(environment.clock().nanoTime());
            unlistedTooLong = environment.scheduler().schedule(policy.unlistedLimit(), onUnlistedTooLong);
        }
    }

    private void listed() {
        unlistedSinceNanos = OptionalLong.empty();
        unlistedTooLong.cancel();
    }

    void close() {
        unlistedTooLong.cancel();
    }

    /** {@return whether there is a network to choose from} */
    boolean isPossible() {
        return topology.isPresent();
    }

    /** {@return how a gateway can be reached, or why it cannot} */
    Reach reach(IdentityKey gateway) {
        Topology present = topology.orElseThrow();
        return present.node(gateway).map(node -> Reach.of(node, policy.tls()))
                .orElseGet(() -> new Reach(List.of(), present.rejection(gateway, Node.Role.ENTRY)
                        .or(() -> Optional.of("not in the network"))));
    }

    private boolean isUsable(IdentityKey gateway) {
        return reach(gateway).isPossible();
    }

    private boolean isOwn(IdentityKey gateway) {
        return own.filter(gateway::equals).isPresent();
    }

    /** {@return the guards to be measured before the first choice; none: choose} */
    List<IdentityKey> toMeasure() {
        if (named.isPresent() || own.isPresent() || policy.preference() != GatewayPolicy.Preference.FASTEST) {
            return List.of();
        }
        List<IdentityKey> usable = usableGuards();
        return usable.size() > 1 ? usable : List.of();
    }

    /** @param fastest guards in the order they answered; they come first from now on */
    void measured(List<IdentityKey> fastest) {
        guards.prefer(fastest);
    }

    /** {@return the gateway to connect to; empty: none can be used, see {@link #fault}} */
    Optional<IdentityKey> next() {
        if (named.isPresent()) {
            return named;
        }
        if (returning.isPresent()) {
            Optional<IdentityKey> earlier = returning;
            returning = Optional.empty();
            return earlier;
        }
        // After a start nobody knows for how long our own has been gone.
        return own.filter(gateway -> guards.contains(gateway) && !isUnlistedTooLong()
                && (hadSession || isUsable(gateway))).or(this::other);
    }

    /** {@return a guard that is not our own gateway} */
    Optional<IdentityKey> other() {
        return others().stream().findFirst();
    }

    /** The next after the one tried last comes first. */
    private List<IdentityKey> others() {
        List<IdentityKey> others = new ArrayList<>(usableGuards());
        own.ifPresent(others::remove);
        Collections.rotate(others, -(tried.map(others::indexOf).orElse(-1) + 1));
        return others;
    }

    private List<IdentityKey> usableGuards() {
        return guards.order().stream().filter(this::isUsable).toList();
    }

    /** @param gateway that is connected to now */
    void tries(IdentityKey gateway) {
        if (!isOwn(gateway)) {
            tried = Optional.of(gateway);
        }
    }

    /** @param gateway that there is a session with: from now on others reach us there */
    void live(IdentityKey gateway) {
        unreachableSinceNanos = OptionalLong.empty();
        faults.clear();
        hadSession = true;
        if (!isOwn(gateway)) {
            own = Optional.of(gateway);
            listed();
        }
    }

    /**
     * @param gateway that could not be reached
     * @param reason  for people
     * @return whether our own has stayed away for so long that another is to be tried at once, after it; so the old one
     *         comes first if it is us who were away
     */
    boolean failed(IdentityKey gateway, String reason) {
        faults.put(gateway, reason);
        if (!isOwn(gateway)) {
            return false;
        }
        if (unreachableSinceNanos.isEmpty()) {
            unreachableSinceNanos = OptionalLong.of(environment.clock().nanoTime());
        }
        return named.isEmpty() && isOver(unreachableSinceNanos, policy.unreachableLimit()) && other().isPresent();
    }

    /** {@return why no gateway can be used, for people} */
    String fault() {
        return guards.order().isEmpty() ? guards.rejections() : reason("no other gateway can be used");
    }

    /** {@return the reason, or that of each guard if none of them can be reached} */
    String reason(String reason) {
        List<IdentityKey> order = guards.order();
        if (named.isPresent() || order.isEmpty() || order.stream().anyMatch(guard ->
                isUsable(guard) && (order.size() == 1 || !faults.containsKey(guard)))) {
            return reason;
        }
        String each = order.stream().map(guard -> guard + ": "
                + reach(guard).fault().orElseGet(() -> faults.get(guard)))
                .collect(Collectors.joining("; "));
        String until = guards.nextReplacement().map(at -> " before " + at.truncatedTo(ChronoUnit.MINUTES)).orElse("");
        return (order.size() == 1 ? "our guard cannot" : "none of our " + order.size() + " guards can")
                + " be reached, and no other gateway is taken" + until + " (" + each + ")";
    }

    /**
     * {@return why our own gateway is to be left for another, for people; empty: it is not} Nobody can reach us at one
     * that is gone from the network, and a guard that was replaced has had its time.
     */
    Optional<String> reasonToMove() {
        return own.filter(gateway -> named.isEmpty()).flatMap(gateway ->
                !guards.contains(gateway) ? Optional.of("gateway " + gateway + " was guard for long enough")
                        : isUnlistedTooLong() ? Optional.of("gateway " + gateway + " is gone from the network")
                        : Optional.empty());
    }

    /** {@return how many guards come before our own gateway; empty: it is no guard, or named} */
    OptionalInt earlierGuards() {
        int place = named.isPresent() ? 0 : own.map(guards.order()::indexOf).orElse(-1);
        return place < 0 ? OptionalInt.empty() : OptionalInt.of(place);
    }

    /** {@return those of the first guards that can be used} */
    List<IdentityKey> usableAmongFirst(int count) {
        return guards.order().stream().limit(count).filter(this::isUsable).toList();
    }

    /** @param gateway that is tried next */
    void returnTo(IdentityKey gateway) {
        returning = Optional.of(gateway);
    }

    private boolean isUnlistedTooLong() {
        return isOver(unlistedSinceNanos, policy.unlistedLimit());
    }

    private boolean isOver(OptionalLong sinceNanos, Duration limit) {
        return sinceNanos.isPresent()
                && environment.clock().nanoTime() - sinceNanos.getAsLong() >= limit.toNanos();
    }
}
