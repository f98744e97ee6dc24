package org.cloakwork.itests.fuzz;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
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

    private static final Map<String, Supplier<Target>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("gateway-frames", GatewayFrames::new);
        ALL.put("gateway-texts", GatewayTexts::new);
        ALL.put("json", JsonTexts::new);
        ALL.put("mix-frames", MixFrames::new);
        ALL.put("mix-packets", MixPackets::new);
        ALL.put("sphinx", SphinxPackets::new);
        ALL.put("reply-blocks", ReplyBlocks::new);
        ALL.put("acks", Acknowledgements::new);
        ALL.put("fragments", Fragments::new);
        ALL.put("messages", Messages::new);
        ALL.put("addresses", Addresses::new);
        ALL.put("websocket-frames", WebsocketFrames::new);
        ALL.put("websocket-texts", WebsocketTexts::new);
        ALL.put("socks", SocksHandshakes::new);
        ALL.put("provider-requests", ProviderRequests::new);
        ALL.put("provider-responses", ProviderResponses::new);
        ALL.put("exit-policies", ExitPolicies::new);
        ALL.put("stream-frames", StreamFrames::new);
        ALL.put("directory", DirectoryAnswers::new);
        ALL.put("network-file", NetworkFiles::new);
        ALL.put("http", HttpAnswers::new);
        ALL.put("pem", PemFiles::new);
        ALL.put("configuration", ConfigurationFiles::new);
        ALL.put("store-rows", StoreRows::new);
        ALL.put("control", ControlLines::new);
    }

    private Targets() {
    }

    /** {@return their names, in the order of the tables} */
    static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    /** {@return new ones, in the same order} */
    static List<Target> all() {
        return ALL.values().stream().map(Supplier::get).toList();
    }

    /** {@return the one of that name} */
    static Optional<Target> named(String name) {
        return Optional.ofNullable(ALL.get(name)).map(Supplier::get);
    }
}
