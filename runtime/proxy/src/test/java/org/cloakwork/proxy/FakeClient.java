package org.cloakwork.proxy;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.Subscription;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.socks5.ExitPolicy;
import org.cloakwork.wire.socks5.ProviderRequest;
import org.cloakwork.wire.socks5.ProviderResponse;

/** A client whose exits answer at once, unless they are silent or away. */
final class FakeClient implements AutoCloseable {

    final Set<MixnetAddress> silent = new HashSet<>();
    final Set<MixnetAddress> away = new HashSet<>();
    final List<MixnetAddress> asked = new ArrayList<>();
    /** Whom packets in return are asked of, in the order in which that began. */
    final List<MixnetAddress> partners = new CopyOnWriteArrayList<>();
    final List<SendOptions> options = new ArrayList<>();
    final List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    List<KnownExit> exits = List.of();
    Optional<String> fault = Optional.empty();
    /** Of those that stay without an answer, too. */
    boolean acknowledges;
    ClientState state = new ClientState.Ready();
    private final List<Predicate<ReceivedMessage>> takers = new ArrayList<>();
    private final ExecutorService listeners = Executors.newSingleThreadExecutor();

    MixnetClient client() {
        return (MixnetClient) Proxy.newProxyInstance(FakeClient.class.getClassLoader(),
                new Class<?>[] {MixnetClient.class}, (proxy, method, arguments) -> switch (method.getName()) {
                    case "exits" -> fault.<Object>map(reason -> CompletableFuture.failedFuture(
                            new IllegalStateException(reason))).orElseGet(() ->
                            CompletableFuture.completedFuture(exits));
                    case "onState" -> state(arguments[0]);
                    case "state" -> state;
                    case "intercept" -> taker(arguments[0]);
                    case "address" -> throw new IllegalStateException("the address is not known");
                    case "pieceBytes" -> Integer.MAX_VALUE;
                    case "closeLane" -> null;
                    case "partner" -> partner((MixnetAddress) arguments[0]);
                    case "send" -> send((MixnetAddress) arguments[0], (byte[]) arguments[1],
                            (SendOptions) arguments[2]);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    @SuppressWarnings("unchecked")
    private Subscription state(Object listener) {
        listeners.execute(() -> ((Consumer<ClientState>) listener).accept(new ClientState.Ready()));
        return () -> { };
    }

    @SuppressWarnings("unchecked")
    private Subscription taker(Object taker) {
        takers.add((Predicate<ReceivedMessage>) taker);
        return () -> takers.remove(taker);
    }

    private Subscription partner(MixnetAddress partner) {
        partners.add(partner);
        return () -> partners.remove(partner);
    }

    private synchronized Delivery send(MixnetAddress to, byte[] message, SendOptions sent) throws WireException {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        asked.add(to);
        options.add(sent);
        outcomes.add(outcome);
        if (away.contains(to)) {
            outcome.complete(new Outcome.Failed(FailureReason.UNKNOWN_GATEWAY, "its gateway is away"));
        } else if (acknowledges) {
            outcome.complete(new Outcome.Acknowledged(1, 0, Duration.ZERO));
        }
        if (!away.contains(to) && !silent.contains(to)
                && ProviderRequest.parse(message) instanceof ProviderRequest.Query query) {
            ProviderResponse.QueryAnswer answer = switch (query.question()) {
                case OPEN_PROXY -> new ProviderResponse.OpenProxy(false);
                case EXIT_POLICY -> new ProviderResponse.Policy(true, "", Optional.of(ExitPolicy.ACCEPT_ALL));
                case DESCRIPTION -> new ProviderResponse.Description("");
            };
            ReceivedMessage received = new ReceivedMessage(
                    new ProviderResponse.Answer(query.versions(), answer).bytes(),
                    new ReceivedMessage.Answer(Optional.of(to), sent.isolation()));
            listeners.execute(() -> takers.forEach(taker -> taker.test(received)));
        }
        return (Delivery) Proxy.newProxyInstance(FakeClient.class.getClassLoader(), new Class<?>[] {Delivery.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("outcome")) {
                        return outcome;
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    /** Waits until everything that came was told. */
    void settle() throws Exception {
        listeners.submit(() -> { }).get(10, TimeUnit.SECONDS);
    }

    /** Somebody else's message, or an exit's that was not asked. */
    boolean isTaken(ReceivedMessage message) {
        return takers.stream().anyMatch(taker -> taker.test(message));
    }

    @Override
    public void close() {
        listeners.close();
    }
}
