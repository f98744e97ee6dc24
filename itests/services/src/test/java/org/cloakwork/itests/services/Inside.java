package org.cloakwork.itests.services;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cloakwork.api.Internet;
import org.cloakwork.api.MixnetSocketFactory;

/** A process of its own, which is watched: every door is asked for names of all kinds. */
final class Inside {

    private Inside() {
    }

    /** @param arguments none */
    public static void main(String[] arguments) throws Exception {
        HttpServer page = Programs.page();
        TreeMap<String, Integer> ends = new TreeMap<>();
        try (World world = new World(Map.of("serve", "80 -> 127.0.0.1:" + page.getAddress().getPort()));
             Internet internet = world.caller.internet(world.exitClient().address())) {
            String wrong = (world.name.charAt(0) == 'a' ? 'b' : 'a') + world.name.substring(1);
            for (String name : List.of(world.name, world.name.toUpperCase(), "www." + world.name, world.name + ".",
                    wrong, "nobody.nym", "www.nobody.nym.", "nym")) {
                for (String[] way : new String[][] {{"--socks5-hostname", world.socksProxy()},
                    {"--socks4a", world.socksProxy()}, {"-x", "http://" + world.httpProxy()},
                    {"-p", "-x", "http://" + world.httpProxy()}}) {
                    String[] curl = Arrays.copyOf(way, way.length + 1);
                    curl[way.length] = "http://" + name + "/";
                    Programs.Said said = Programs.curl(curl);
                    ends.merge(said.output().startsWith(Programs.PAGE) ? "page" : "refused", 1, Integer::sum);
                }
                ends.merge(ended(() -> internet.httpClient().send(HttpRequest.newBuilder(URI.create("http://" + name
                        + "/")).build(), HttpResponse.BodyHandlers.ofString()).body()), 1, Integer::sum);
                ends.merge(ended(() -> {
                    internet.socketFactory().createSocket(name, 80).close();
                    return Programs.PAGE;
                }), 1, Integer::sum);
                ends.merge(ended(() -> {
                    new MixnetSocketFactory(world.caller).createSocket(name, 80).close();
                    return Programs.PAGE;
                }), 1, Integer::sum);
            }
            System.out.println("ends " + ends);
            System.out.println("at the exit " + world.atTheExit.get());
        }
        page.stop(0);
        System.out.println("look-ups of names of the mixnet " + LookUps.ofTheMixnet());
        try {
            // So that it is known to be noticed.
            InetAddress.getByName("control.nym");
        } catch (UnknownHostException e) {
            System.out.println("with the control " + LookUps.ofTheMixnet());
        }
    }

    private interface Attempt {
        String text() throws Exception;
    }

    private static String ended(Attempt attempt) {
        try {
            return attempt.text().startsWith(Programs.PAGE) ? "page" : "refused";
        } catch (Exception e) {
            return "refused";
        }
    }
}
