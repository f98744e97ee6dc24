package org.cloakwork.spi.control;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.spi.frontend.FrontEnd;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The clients, parts and bundles of this process, as they are at the moment of each call. Registered as an OSGi service
 * by the bundle {@code org.cloakwork.control}; it may go and come back while clients run. Safe for use by many threads.
 */
@ProviderType
public interface Control {

    /**
     * A client that runs.
     *
     * @param name     of it
     * @param client   not to be closed
     * @param uses     the names of the parts it uses, by their kinds; none of a kind while that part is missing
     * @param problems what is wrong with its front-ends, sentences for people
     */
    record Client(String name, MixnetClient client, Map<String, String> uses, List<String> problems) {
    }

    /**
     * A part that a bundle brings.
     *
     * @param kind      as in {@code etc/cloakwork.cfg}
     * @param name      of it
     * @param bundle    symbolic name and version
     * @param state     {@code available}, or why it is not
     * @param available whether it can be used
     * @param usedBy    names of clients
     */
    record Part(String kind, String name, String bundle, String state, boolean available, List<String> usedBy) {
    }

    /**
     * A front-end that serves a client.
     *
     * @param client   whom
     * @param frontEnd the front-end's name
     * @param serving  where and how much
     */
    record Door(String client, String frontEnd, FrontEnd.Serving serving) {
    }

    /**
     * A key of a part's configuration.
     *
     * @param key          as in the part's file
     * @param value        in force; empty: its default; hidden if it is a secret
     * @param defaultValue empty: none
     * @param description  what it does and which values are allowed, for people
     */
    record Setting(String key, Optional<String> value, String defaultValue, String description) {
    }

    /**
     * A bundle that is installed.
     *
     * @param name    symbolic name
     * @param version of it
     * @param state   in one word
     */
    record Installed(String name, String version, String state) {
    }

    /**
     * How everything is, in one sentence.
     *
     * @param state    the worst of the clients': {@code ready}, {@code connecting}, {@code degraded} or {@code stopped}
     * @param sentence for people, with the name of the client and the reason
     * @param remedy   the one thing to do; empty: nothing, or it goes on by itself
     */
    record Health(String state, String sentence, Optional<String> remedy) {

        /** {@return whether every client sends and receives} */
        public boolean isReady() {
            return state.equals("ready");
        }
    }

    /** {@return the clients, by name} */
    List<Client> clients();

    /** {@return the parts, by kind and name} */
    List<Part> parts();

    /** {@return the front-ends that serve} */
    List<Door> doors();

    /** {@return what is wrong with configurations, sentences for people; empty if nothing is} */
    List<String> problems();

    /**
     * {@return what is wrong with configurations and does not mend itself, sentences for people; empty if nothing is}
     * What has just been taken over is looked at first.
     *
     * @since 1.1
     */
    List<String> mistakes();

    /** {@return the bundles, by name} */
    List<Installed> bundles();

    /**
     * Tells what can be configured.
     *
     * @param kind of a part
     * @param name of that part
     * @return the keys of its configuration; empty if it has none
     */
    List<Setting> settings(String kind, String name);

    /** {@return how everything is} */
    Health health();

    /**
     * Tells what whoever runs a client should know though nothing is wrong: its own warnings, and those of the
     * front-ends that serve it.
     *
     * @param client one of {@link #clients}
     * @return a sentence each
     * @since 1.1
     */
    default List<String> warnings(Client client) {
        return Stream.concat(client.client().warnings().stream(),
                doors().stream().filter(door -> door.client().equals(client.name())).flatMap(door ->
                        door.serving().warnings().stream().map(warning -> door.frontEnd() + ": " + warning))).toList();
    }

    /**
     * Has clients use another part until the next start. Blocks until they do.
     *
     * @param client whose part it is; empty: of all clients
     * @param kind   of the part
     * @param name   of the part
     * @return the names of the parts that were used before, by clients
     * @throws IllegalArgumentException if there is no such client or part
     * @throws IllegalStateException    if the part does not come into use; the message says why
     * @throws InterruptedException     if the thread is interrupted
     */
    Map<String, String> swap(Optional<String> client, String kind, String name) throws InterruptedException;
}
