package org.cloakwork.proxy;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The keys that all front-ends with a {@link ProxyServer} have, for their descriptions. */
@ConsumerType
public interface ProxyKeys {

    /** {@return where to listen} */
    @AttributeDefinition(name = "Host", defaultValue = ProxyConfiguration.DEFAULT_HOST, description = "A numeric "
            + "address of this machine; one that others can reach only with allow-remote = true.")
    String host();

    /** {@return whether others may come} */
    @AttributeDefinition(name = "Allow remote", defaultValue = "false",
            description = "Whether the host may be one that others can reach.")
    boolean allow$_$remote();

    /** {@return who} */
    @AttributeDefinition(name = "Access", required = false, description = "Whose programs are served, on a "
            + "loopback address.", options = {@Option(label = "the same user's", value = "same-user"),
                @Option(label = "all of this machine", value = "local")})
    String access();

    /** {@return an address} */
    @AttributeDefinition(name = "Exit", required = false, description = "The address of an exit, "
            + "identity.encryption@gateway. Must be set here or in the file of the client.")
    String exit();

    /** {@return how} */
    @AttributeDefinition(name = "Mode", defaultValue = ProxyConfiguration.ANONYMOUS,
            description = "How the exit answers.", options = {
                @Option(label = "with reply blocks, not knowing who asked", value = ProxyConfiguration.ANONYMOUS),
                @Option(label = "to the client's address, which it is told", value = ProxyConfiguration.PLAIN)})
    String mode();

    /** {@return what} */
    @AttributeDefinition(name = "Isolate", defaultValue = ProxyConfiguration.DEFAULT_ISOLATION,
            description = "What makes the exit see another sender.", options = {
                @Option(label = "another user or destination", value = "user+destination"),
                @Option(label = "another destination: host, without the port", value = "destination"),
                @Option(label = "another user", value = "user"), @Option(label = "nothing", value = "none")})
    String isolate();

    /** {@return the limit} */
    @AttributeDefinition(name = "Maximum pseudonyms", defaultValue = "" + ProxyConfiguration.DEFAULT_PSEUDONYMS,
            description = "A whole number from 1 to 5000: senders that the exit sees within 10 minutes. Connections "
            + "that need one more are refused.", min = "1", max = "5000")
    int max$_$pseudonyms();

    /** {@return when} */
    @AttributeDefinition(name = "Optimistic", defaultValue = ProxyConfiguration.DEFAULT_EARLY,
            description = "Whether a program hears of success before the exit has connected.", options = {
                @Option(label = "where it had connected for the same sender a while ago", value = "known"),
                @Option(label = "always", value = "true"), @Option(label = "never", value = "false")})
    String optimistic();

    /** {@return whether} */
    @AttributeDefinition(name = "Windows", defaultValue = "true",
            description = "Whether to tell the exit that it may tell how far to send.")
    boolean windows();

    /** {@return the limit} */
    @AttributeDefinition(name = "Maximum connections", defaultValue = "" + ProxyConfiguration.DEFAULT_CONNECTIONS,
            description = "A whole number from 1 to 100000.", min = "1", max = "100000")
    int max$_$connections();

    /** {@return the limit} */
    @AttributeDefinition(name = "Buffer limit", defaultValue = "" + ProxyConfiguration.DEFAULT_BUFFER_MIB,
            description = "A whole number from 1 to 16384: MiB of what all connections together may hold.", min = "1",
            max = "16384")
    int buffer$_$limit$_$mib();

    /** {@return the limit} */
    @AttributeDefinition(name = "Handshake timeout",
            defaultValue = "" + ProxyConfiguration.DEFAULT_HANDSHAKE_MILLIS, description = "A whole number from 100 "
            + "to 600000: milliseconds for a program to say what it wants.", min = "100", max = "600000")
    int handshake$_$timeout$_$millis();

    /** {@return the limit} */
    @AttributeDefinition(name = "Connect timeout", defaultValue = "" + ProxyConfiguration.DEFAULT_CONNECT_MILLIS,
            description = "A whole number from 1000 to 600000: milliseconds for the exit to connect.", min = "1000",
            max = "600000")
    int connect$_$timeout$_$millis();

    /** {@return the limit} */
    @AttributeDefinition(name = "Silence limit", defaultValue = "" + ProxyConfiguration.DEFAULT_SILENCE_MILLIS,
            description = "A whole number from 1000 to 86400000: milliseconds without a word after which the exit "
            + "counts as gone.", min = "1000", max = "86400000")
    int silence$_$limit$_$millis();
}
