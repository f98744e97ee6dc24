/** The client for JavaScript: what the engine needs of its host, and what it shows to it. Compiled to WebAssembly. */
package org.cloakwork.frontend.web;
