package org.cloakwork.control;

import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.cloakwork.spi.control.Control;

/** How everything is, for tools that ask the Felix health checks. */
final class FelixHealth implements HealthCheck {

    private final Control control;

    FelixHealth(Control control) {
        this.control = control;
    }

    @Override
    public Result execute() {
        Control.Health health = control.health();
        Result.Status status = switch (health.state()) {
            case "ready" -> Result.Status.OK;
            case "connecting" -> Result.Status.TEMPORARILY_UNAVAILABLE;
            default -> Result.Status.CRITICAL;
        };
        return new Result(status, health.sentence() + health.remedy().map(remedy -> " " + remedy).orElse(""));
    }
}
