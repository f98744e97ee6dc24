package org.cloakwork.laboratory;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.runtime.PartFactory;

/** The parts that there are; each experiment makes its own. */
final class Installed {

    private final List<PartFactory<?>> factories;

    Installed(Collection<PartFactory<?>> factories) {
        this.factories = List.copyOf(factories);
    }

    /** {@return their names, in order} */
    List<String> names(PartKind<?> kind) {
        return of(kind).map(PartFactory::name).sorted().distinct().toList();
    }

    private Stream<PartFactory<?>> of(PartKind<?> kind) {
        return factories.stream().filter(factory -> factory.type() == kind.service());
    }

    /**
     * @return a part that nobody else uses
     * @throws IllegalArgumentException if there is none of that name, or its settings are wrong
     */
    <T> T make(PartKind<T> kind, Variant variant) {
        PartFactory<?> factory = of(kind).filter(one -> one.name().equals(variant.name())).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no " + kind + " part called \""
                + variant.name()
                        + "\"; there are " + names(kind)));
        return kind.service().cast(factory.create(variant.settings()));
    }

    /** {@return the usual variants that are installed, and all other parts of the kind as they are by default} */
    List<Variant> routes() {
        List<String> names = names(PartKind.ROUTES);
        List<Variant> usual = Variant.ROUTES.stream().filter(variant -> names.contains(variant.name())).toList();
        return Stream.concat(usual.stream(), names.stream()
                .filter(name -> usual.stream().noneMatch(variant -> variant.name().equals(name))).map(Variant::parse))
                .toList();
    }
}
