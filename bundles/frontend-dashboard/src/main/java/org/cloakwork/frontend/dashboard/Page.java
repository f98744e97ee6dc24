package org.cloakwork.frontend.dashboard;

import java.util.stream.Collectors;
import org.cloakwork.spi.control.Control;

/** The page as it is before its script runs: how everything is, as text. */
final class Page {

    private Page() {
    }

    /**
     * @param template with places named in braces
     * @param control  what runs here
     * @return the page
     */
    static String html(String template, Control control, Chronicle chronicle) {
        Control.Health health = control.health();
        String clients = control.clients().stream().map(client -> "<li>" + Texts.html(client.name()) + ": "
                + Texts.html(client.client().state().text()) + "</li>").collect(Collectors.joining());
        String events = chronicle.events().stream().map(event -> "<li>" + event.at() + " " + Texts.html(event.text())
                + "</li>").collect(Collectors.joining());
        return template.replace("{state}", Texts.html(health.state())).replace("{sentence}",
                Texts.html(health.sentence())).replace("{remedy}", Texts.html(health.remedy().orElse("")))
                .replace("{clients}", clients).replace("{events}", events);
    }
}
