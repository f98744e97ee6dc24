package org.cloakwork.itests.fuzz;

import java.util.List;
import java.util.Optional;
import org.cloakwork.itests.fuzz.targets.Acknowledgements;
import org.cloakwork.itests.fuzz.targets.Addresses;
import org.cloakwork.itests.fuzz.targets.ConfigurationFiles;
import org.cloakwork.itests.fuzz.targets.ControlLines;
import org.cloakwork.itests.fuzz.targets.DirectoryAnswers;
import org.cloakwork.itests.fuzz.targets.ExitPolicies;
import org.cloakwork.itests.fuzz.targets.Fragments;
import org.cloakwork.itests.fuzz.targets.GatewayFrames;
import org.cloakwork.itests.fuzz.targets.GatewayTexts;
import org.cloakwork.itests.fuzz.targets.HttpAnswers;
import org.cloakwork.itests.fuzz.targets.JsonTexts;
import org.cloakwork.itests.fuzz.targets.Messages;
import org.cloakwork.itests.fuzz.targets.MixFrames;
import org.cloakwork.itests.fuzz.targets.MixPackets;
import org.cloakwork.itests.fuzz.targets.Names;
import org.cloakwork.itests.fuzz.targets.NetworkFiles;
import org.cloakwork.itests.fuzz.targets.PemFiles;
import org.cloakwork.itests.fuzz.targets.ProviderRequests;
import org.cloakwork.itests.fuzz.targets.ProviderResponses;
import org.cloakwork.itests.fuzz.targets.ReplyBlocks;
import org.cloakwork.itests.fuzz.targets.SocksHandshakes;
import org.cloakwork.itests.fuzz.targets.SphinxPackets;
import org.cloakwork.itests.fuzz.targets.StoreRows;
import org.cloakwork.itests.fuzz.targets.StreamFrames;
import org.cloakwork.itests.fuzz.targets.WebsocketFrames;
import org.cloakwork.itests.fuzz.targets.WebsocketTexts;

/** All targets, by their names: only the one that is asked for is loaded. */
final class Targets {

    private static final List<String> NAMES = List.of(
            "gateway-frames", "gateway-texts", "json", "mix-frames", "mix-packets", "sphinx", "reply-blocks",
            "acks", "fragments", "messages", "addresses", "names", "websocket-frames", "websocket-texts", "socks",
            "provider-requests", "provider-responses", "exit-policies", "stream-frames", "directory",
            "network-file", "http", "pem", "configuration", "store-rows", "control");

    private Targets() {
    }

    /** {@return their names, in the order of the tables} */
    static List<String> names() {
        return NAMES;
    }

    /**
     * @param className of a target
     * @return one of them
     * @throws ReflectiveOperationException if there is none
     */
    static Target made(String className) throws ReflectiveOperationException {
        return (Target) Class.forName(className).getConstructor().newInstance();
    }

    /** {@return new ones, in the same order} */
    static List<Target> all() {
        return NAMES.stream().map(name -> named(name).orElseThrow()).toList();
    }

    /** {@return the one of that name} */
    static Optional<Target> named(String name) {
        return Optional.ofNullable(switch (name) {
            case "gateway-frames" -> new GatewayFrames();
            case "gateway-texts" -> new GatewayTexts();
            case "json" -> new JsonTexts();
            case "mix-frames" -> new MixFrames();
            case "mix-packets" -> new MixPackets();
            case "sphinx" -> new SphinxPackets();
            case "reply-blocks" -> new ReplyBlocks();
            case "acks" -> new Acknowledgements();
            case "fragments" -> new Fragments();
            case "messages" -> new Messages();
            case "addresses" -> new Addresses();
            case "names" -> new Names();
            case "websocket-frames" -> new WebsocketFrames();
            case "websocket-texts" -> new WebsocketTexts();
            case "socks" -> new SocksHandshakes();
            case "provider-requests" -> new ProviderRequests();
            case "provider-responses" -> new ProviderResponses();
            case "exit-policies" -> new ExitPolicies();
            case "stream-frames" -> new StreamFrames();
            case "directory" -> new DirectoryAnswers();
            case "network-file" -> new NetworkFiles();
            case "http" -> new HttpAnswers();
            case "pem" -> new PemFiles();
            case "configuration" -> new ConfigurationFiles();
            case "store-rows" -> new StoreRows();
            case "control" -> new ControlLines();
            default -> null;
        });
    }
}
