package org.cloakwork.api;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A client of the mixnet: it has an address, sends messages whose fate it reports, and receives.
 * Safe for use by many threads; no method blocks unless it says so.
 *
 * <p>In OSGi a client is a service with the property {@code cloakwork.client} (its name). Elsewhere
 * {@link #builder()} makes one.
 */
@ProviderType
public interface MixnetClient extends AutoCloseable {

    /** Service property: the name of the client. */
    String NAME_PROPERTY = "cloakwork.client";

    /**
     * {@return the address others reach this client under}
     *
     * @throws IllegalStateException before the client was ready once
     */
    MixnetAddress address();

    /**
     * Follows the address: called at once with the present one, if there is one yet, and then with every change, in
     * order, never concurrently. It changes when a gateway that the client chose itself stays away for longer than its
     * configuration allows, when that one is back, and when it is replaced after some weeks. Messages of ours that are
     * on their way then go on. Lost is what waited at the old gateway, and what others send to the old address or with
     * reply blocks of before: whoever is to reach this client needs the new address, or a new message with reply
     * blocks.
     *
     * @param listener must return quickly
     * @return ends the listening when closed
     */
    Subscription onAddress(Consumer<MixnetAddress> listener);

    /** {@return what the client is able to do right now} */
    ClientState state();

    /**
     * Follows the state: called at once with the present one and then with every change, in order, never concurrently.
     *
     * @param listener must return quickly
     * @return ends the listening when closed
     */
    Subscription onState(Consumer<ClientState> listener);

    /**
     * Tells what does not keep the client from working and should be known: that a link that others may watch is in the
     * clear, for example, or that its traffic is not covered there. Up to date when the state changes to
     * {@link ClientState.Ready}.
     *
     * @return sentences for people; empty if there is nothing
     * @since 1.3
     */
    default List<String> warnings() {
        return List.of();
    }

    /**
     * Tells what somebody can do about a state that is not {@link ClientState.Ready}, or about what {@link #warnings}
     * say.
     *
     * @return a sentence for people; empty if nothing is to be done
     * @since 1.4
     */
    default Optional<String> remedy() {
        return Optional.empty();
    }

    /**
     * Blocks until the state is {@link ClientState.Ready}.
     *
     * @param deadline how long to wait at most
     * @throws TimeoutException      if the deadline passes; the message names the state it was stuck in
     * @throws IllegalStateException if the client is stopped; the message names the reason
     * @throws InterruptedException  if the waiting thread is interrupted
     */
    void awaitReady(Duration deadline) throws TimeoutException, InterruptedException;

    /**
     * Sends a message with default options: no reply blocks, so the receiver cannot answer and learns nothing of us.
     *
     * @param recipient where to
     * @param message   0 to {@link #maxMessageBytes()} bytes
     * @return the message on its way; refusals are outcomes too, never exceptions
     */
    default Delivery send(MixnetAddress recipient, byte[] message) {
        return send(recipient, message, SendOptions.DEFAULT);
    }

    /**
     * Sends a message.
     *
     * @param recipient where to
     * @param message   0 to {@link #maxMessageBytes()} bytes
     * @param options   reply blocks, deadline, lane
     * @return the message on its way; refusals are outcomes too, never exceptions
     */
    Delivery send(MixnetAddress recipient, byte[] message, SendOptions options);

    /**
     * Answers an anonymous sender with the reply blocks it sent us; more are asked for when they run short.
     *
     * @param sender  the tag that came with its message
     * @param message 1 to {@link #maxMessageBytes()} bytes (the format has no empty reply)
     * @param options deadline and lane; reply blocks are ignored
     * @return the message on its way
     */
    Delivery reply(SenderTag sender, byte[] message, SendOptions options);

    /**
     * Answers with default options.
     *
     * @param sender  the tag that came with its message
     * @param message 1 to {@link #maxMessageBytes()} bytes
     * @return the message on its way
     */
    default Delivery reply(SenderTag sender, byte[] message) {
        return reply(sender, message, SendOptions.DEFAULT);
    }

    /**
     * Receives messages. Messages that arrived while nobody listened come first; with several listeners each gets all.
     *
     * <p>A listener that blocks holds up all listeners of this client, for state and address, too. It may wait for the
     * {@link Delivery#outcome outcome} of what it sends; it must not wait for another call of a listener.
     *
     * @param listener called in order of completion, never concurrently; what it throws is logged and ends nothing
     * @return ends the listening when closed
     */
    Subscription subscribe(Consumer<ReceivedMessage> listener);

    /**
     * Takes messages of one kind out of what arrives, for a protocol of its own: each message is shown to it before
     * listeners hear of it, and one that it takes goes to nobody else. What nobody takes goes to listeners, and waits
     * while there are none. Messages that already wait are shown first.
     *
     * @param taker called as a listener of {@link #subscribe} is; returns whether it takes the message. What it throws
     *              is logged, and the message is not taken
     * @return ends it when closed
     * @since 1.2
     */
    Subscription intercept(Predicate<ReceivedMessage> taker);

    /**
     * Asks which exits to the internet there are. The first question goes to the network's directory, beside the
     * mixnet, as a client asks for the network itself; what it says is good for a while.
     *
     * @return completes with those that can be reached; none if the network names none; exceptionally, with a sentence
     *         for people, if that cannot be found out now
     * @since 2.1
     */
    default CompletableFuture<List<KnownExit>> exits() {
        return CompletableFuture.completedFuture(List.of());
    }

    /**
     * Opens a stream to a port that another client listens on. Blocks until it has answered. It learns nothing of who
     * we are: each of our messages brings the reply blocks it answers with.
     *
     * @param recipient where to
     * @param port      0 to 65535, of the recipient's choice
     * @param options   deadline and keep-alive
     * @return the stream, to be closed by the caller
     * @throws StreamException if it is refused, not answered in time or cannot be delivered
     * @throws IOException     if the thread is interrupted
     * @since 1.2
     */
    MixnetStream openStream(MixnetAddress recipient, int port, StreamOptions options) throws IOException;

    /**
     * Opens a stream with default options.
     *
     * @param recipient where to
     * @param port      0 to 65535, of the recipient's choice
     * @return the stream, to be closed by the caller
     * @throws StreamException if it is refused, not answered in time or cannot be delivered
     * @throws IOException     if the thread is interrupted
     * @since 1.2
     */
    default MixnetStream openStream(MixnetAddress recipient, int port) throws IOException {
        return openStream(recipient, port, StreamOptions.DEFAULT);
    }

    /**
     * Opens a stream to a client by its host name. Nothing is ever looked up elsewhere. A key that stands beside the
     * name in a file of this client's is shown, unless the options have one.
     *
     * @param host    as {@link MixnetAddress#toHostName} writes it, with further labels before it or without; or a name
     *                that a file of this client's has
     * @param port    0 to 65535, of the recipient's choice
     * @param options deadline, keep-alive, isolation, key
     * @return the stream, to be closed by the caller
     * @throws StreamException as {@link #openStream(MixnetAddress, int, StreamOptions)}, and if the name is mistyped or
     *                         unknown
     * @throws IOException     if the thread is interrupted, or the file cannot be read
     * @since 2.2
     */
    default MixnetStream openStream(String host, int port, StreamOptions options) throws IOException {
        if (!MixnetAddress.isHostName(host) || MixnetAddress.shortName(host).isPresent()) {
            throw new StreamException(StreamException.Reason.UNKNOWN_NAME, "no client is known by this name");
        }
        MixnetAddress address;
        try {
            address = MixnetAddress.parse(host);
        } catch (IllegalArgumentException e) {
            throw new StreamException(StreamException.Reason.MISTYPED_NAME, e.getMessage());
        }
        return openStream(address, port, options);
    }

    /**
     * Listens for streams that others open, and decides on each of them.
     *
     * @param port    0 to 65535, one that is not listened on yet
     * @param allowed who may come in: those that show one of these keys; empty: everybody. Whoever shows none hears
     *                what it would hear if nobody listened
     * @param taker   told of each that is asked for, one at a time; must return quickly, and may answer later
     * @return ends the listening when closed; streams go on
     * @throws IOException if the port is taken or the client is closed
     * @since 2.2
     */
    Subscription listen(int port, Optional<Set<EncryptionKey>> allowed, Consumer<StreamRequest> taker)
            throws IOException;

    /**
     * Listens for streams that others open. Messages that are no stream's go to {@link #subscribe subscribers} as
     * before.
     *
     * @param port 0 to 65535, one that is not listened on yet
     * @return where streams are accepted, to be closed by the caller
     * @throws IOException if the port is taken or the client is closed
     * @since 1.2
     */
    StreamListener listen(int port) throws IOException;

    /**
     * Tells how large the messages should be that whoever carries bytes cuts them into, so that who watches the line
     * of this client does not see when it sends or loads: each of one packet, which brings one back.
     *
     * @param recipient whom they go to
     * @return bytes at most; {@link Integer#MAX_VALUE} if it does not matter
     * @since 2.2
     */
    default int pieceBytes(MixnetAddress recipient) {
        return Integer.MAX_VALUE;
    }

    /**
     * Tells what who watches the line of this client, its gateway for one, can tell of what it does.
     *
     * @return a sentence for people; empty if it is not known
     * @since 2.2
     */
    default Optional<String> line() {
        return Optional.empty();
    }

    /**
     * Has whoever asks for it get a packet in return for each reply block, at once, with data that waits for it or
     * without: then who watches that one's line does not see when it loads. For those who are there to be used by
     * others, as exits are. Limits and what asks for it are in docs/privacy-of-the-line.md.
     *
     * @param does whether it does; not at the beginning, unless it is configured
     * @since 2.2
     */
    default void returnPackets(boolean does) {
    }

    /**
     * Asks somebody for packets in return from now on, whether it is used or not, in the place of cover that would have
     * come back by itself: then who watches the line of this client does not see when it is used. For whoever knows
     * before its first use whom it will use, as front-ends know their exit. It costs that one a packet for each that
     * this client sends as cover. If it gives none in return, or the client has no cover, nothing happens.
     *
     * @param partner whom; any number of callers may ask for the same one
     * @return ends that when closed, once another one has taken its place or after a few minutes
     * @since 2.2
     */
    default Subscription partner(MixnetAddress partner) {
        return () -> { };
    }

    /**
     * Gives up what waits on a lane: messages of which not every packet has left end as
     * {@link FailureReason#LANE_CLOSED}, the others go on. The lane may be used again at once.
     *
     * @param lane as in {@link SendOptions#withLane}; nothing happens if nothing waits there
     * @since 1.1
     */
    void closeLane(long lane);

    /**
     * Tells how much waits on a lane. It changes with every send, every packet that leaves, and every end of a message.
     *
     * @param lane as in {@link SendOptions#withLane}
     * @return about how many bytes of its messages have not left for the first time, an empty message counting for one
     * @since 1.1
     */
    long laneBytes(long lane);

    /** {@return the largest message that is accepted, in bytes} */
    int maxMessageBytes();

    /** {@return counters by name, each with its present value: what was sent, received, dropped and why} */
    Map<String, Long> counters();

    /**
     * Tells what {@link #counters} counts, with what each of them means, and what else can be measured.
     *
     * @return each with its present value
     * @since 1.4
     */
    default List<Figure> figures() {
        return counters().entrySet().stream().map(entry -> Figure.counter(entry.getKey(), entry.getKey(),
                entry.getValue())).toList();
    }

    /**
     * Looks at what goes on inside.
     *
     * @return completes soon, on the client's own thread: what follows must be quick
     * @since 1.4
     */
    default CompletableFuture<Insight> insight() {
        return CompletableFuture.completedFuture(Insight.NONE);
    }

    /**
     * Reaches the internet through the mixnet, with clients and sockets that cannot go past it. In OSGi it is opened by
     * the service {@link Internet.Provider}.
     *
     * @param exits the first that answers is taken; none: those that the network names
     * @return to be closed by the caller
     * @throws IOException           if no port can be had for it
     * @throws IllegalStateException if no front-end for it is on the class path or module path
     * @since 2.1
     */
    default Internet internet(MixnetAddress... exits) throws IOException {
        return ServiceLoader.load(Internet.Provider.class, MixnetClient.class.getClassLoader()).findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "no org.cloakwork.frontend.http on the class path or module path"))
                .open(this, List.of(exits));
    }

    /** Stops the client. Messages still on their way end as {@link FailureReason#CLOSED}. Idempotent. */
    @Override
    void close();

    /**
     * Makes a client without OSGi, from the parts on the class path or module path.
     *
     * @return a builder whose defaults join a local network started in this process
     * @throws IllegalStateException if no front-end for plain Java is there
     */
    static Builder builder() {
        return ServiceLoader.load(Builder.class, MixnetClient.class.getClassLoader()).findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "no org.cloakwork.frontend.embedded on the class path or module path"));
    }

    /** Chooses the network and the parts of a client. The last call of a kind counts. */
    @ProviderType
    interface Builder {

        /**
         * Joins the network that a directory (nym-api) describes. Unless a cover part is chosen, it is {@code poisson}.
         *
         * @param urls base URLs, tried in turn
         * @return this
         */
        Builder directory(URI... urls);

        /**
         * Joins the network that a file describes (the {@code --custom-mixnet} form of nym-client). Unless a cover part
         * is chosen, it is {@code poisson}.
         *
         * @param file the file
         * @return this
         */
        Builder networkFile(Path file);

        /**
         * Joins a network of one's own that is already running. Unless a cover part is chosen, it is {@code none}:
         * nobody watches there. So it is without any network named.
         *
         * @param network the network
         * @return this
         */
        Builder network(Network network);

        /**
         * Chooses the gateway; without this call the client draws two and keeps to them, as {@code guards} says in
         * docs/operators.md. Called again, it names another one: the client is at the first, and at the next while
         * those before are away; streams to it go on there.
         *
         * @param gateway its identity
         * @return this
         */
        Builder gateway(IdentityKey gateway);

        /**
         * Keeps who the client is and what it must not forget in a folder, so that it goes on where it was when the
         * process was killed; without this call it is someone new each time. Each client needs a folder of its own.
         *
         * @param directory the folder, made if it is not there
         * @return this
         * @since 1.1
         */
        default Builder state(Path directory) {
            return part("store", "mvstore", Map.of("directory", directory.toString()));
        }

        /**
         * Chooses a part by name, as {@code etc/cloakwork.cfg} does.
         *
         * @param kind          {@code topology}, {@code transport}, {@code sphinx}, {@code retransmission},
         *                      {@code cover} or {@code store}
         * @param name          for example {@code poisson}
         * @param configuration the part's own keys
         * @return this
         */
        Builder part(String kind, String name, Map<String, String> configuration);

        /**
         * Starts the client; {@link MixnetClient#awaitReady} tells when it can send. May be called several times: the
         * clients of one builder share their parts, so that a further one costs little.
         *
         * @return the client, to be closed by the caller; its parts, and a local network started for it, are closed
         *         with the last client of this builder
         * @throws IllegalArgumentException if a part or its configuration is unknown, naming it
         * @throws IllegalStateException    if the state cannot be read or is in use, naming the file or folder
         */
        MixnetClient start();
    }
}
