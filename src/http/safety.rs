//! Which addresses may be asked, and who may see a token. Pure but for the resolver at the end, which asks the system for the addresses of
//! a name and drops those that no stranger's server may lead us to.

use super::NetError;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use url::{Host, Url};

/// Most redirects that are followed: a canonical address needs one, two are seen; more is a loop.
const REDIRECTS_MAX: usize = 4;
/// Longest address that an error shows.
const SHOWN_MAX: usize = 200;

/// The rules of a client.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    /// Hosts that posts are collected from; requests and tokens go there.
    goals: Vec<String>,
    /// Hosts that the person named: they may be on this machine or in its network.
    named: Vec<String>,
    /// Hosts of proxies: their names must be resolved, wherever they are.
    proxies: Vec<String>,
    insecure: bool,
}

impl Rules {
    /// Of hosts with or without a port.
    pub(super) fn new(goals: &[String], named: &[String], insecure: bool) -> Self {
        let without_port = |hosts: &[String]| hosts.iter().map(|host| host_name(host)).collect::<Vec<_>>();
        let named = without_port(named);
        let goals = [without_port(goals), named.clone()].concat();
        Self { goals, named, proxies: Vec::new(), insecure }
    }

    /// Lets the name of a proxy be resolved to any address.
    pub(super) fn trust_proxy(&mut self, address: &str) {
        // Proxies may be written without a scheme.
        let address = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
        if let Ok(url) = Url::parse(&address) {
            self.proxies.extend(url.host_str().map(host_name));
        }
    }

    /// The address of a request, if it may be asked.
    pub(super) fn request(&self, address: &str, with_token: bool) -> Result<Url, NetError> {
        let url = self.address(address, ["https", "http"])?;
        let host = url.host_str().map(host_name).unwrap_or_default();
        if !self.goals.contains(&host) {
            let text = format!("{} is not one of the hosts that are collected from", shown(&url));
            return Err(NetError::Unsafe(text));
        }
        self.token(&url, with_token)?;
        Ok(url)
    }

    /// The address of a stream, if it may be opened: `wss:` becomes `https:`, since that is how a web socket begins.
    pub(super) fn stream(&self, address: &str, with_token: bool) -> Result<Url, NetError> {
        let mut url = self.address(address, ["https", "http", "wss", "ws"])?;
        self.token(&url, with_token)?;
        let scheme = if is_secure(&url) { "https" } else { "http" };
        url.set_scheme(scheme).map_err(|()| NetError::Unsafe(format!("not an address: {}", shown(&url))))?;
        Ok(url)
    }

    fn address<const N: usize>(&self, address: &str, schemes: [&str; N]) -> Result<Url, NetError> {
        // The text is not shown: it may hold anything.
        let url = Url::parse(address).map_err(|why| NetError::Unsafe(format!("not an address: {why}")))?;
        let refuse = |why: &str| Err(NetError::Unsafe(format!("{} is not asked: {why}", shown(&url))));
        if !schemes.contains(&url.scheme()) {
            return refuse("neither https nor wss");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("it carries a name or password");
        }
        let named = self.is_named(url.host_str().unwrap_or_default());
        let allowed = self.insecure && named;
        if !is_secure(&url) && !allowed {
            return refuse(
                "it is not encrypted, and that was not allowed (`--insecure`, for hosts that you name)",
            );
        }
        let literal = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            Some(Host::Domain(_)) => None,
            None => return refuse("it names no host"),
        };
        if literal.is_some_and(|ip| !is_public(ip)) && !named {
            return refuse("it is not a public address, and you did not name it");
        }
        Ok(url)
    }

    fn is_named(&self, host: &str) -> bool {
        self.named.contains(&host_name(host))
    }

    /// A token goes to the hosts of the goals and to those below them.
    fn token(&self, url: &Url, with_token: bool) -> Result<(), NetError> {
        let host = url.host_str().map(host_name).unwrap_or_default();
        let is_at = |goal: &String| {
            host.strip_suffix(goal.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        if !with_token || self.goals.iter().any(is_at) {
            return Ok(());
        }
        Err(NetError::Unsafe(format!("{} does not get the token: it is another host", shown(url))))
    }

    /// Which addresses of a name may be connected to.
    fn allowed(&self, host: &str, ip: IpAddr) -> bool {
        is_public(ip) || self.is_named(host) || self.proxies.contains(&host_name(host))
    }

    /// Follows redirects inside a host, and no others.
    pub(super) fn redirects() -> reqwest::redirect::Policy {
        reqwest::redirect::Policy::custom(|attempt| {
            let Some(first) = attempt.previous().first() else { return attempt.follow() };
            if attempt.url().origin() != first.origin() {
                let text =
                    format!("{} redirects to {}: not followed", shown(first), authority(attempt.url()));
                return attempt.error(Refused(text));
            }
            if attempt.previous().len() > REDIRECTS_MAX {
                let text = format!("{} redirects from one address to the next without end", shown(first));
                return attempt.error(Refused(text));
            }
            attempt.follow()
        })
    }
}

/// Something that is not allowed, from inside reqwest.
#[derive(Debug)]
pub(super) struct Refused(pub(super) String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// What may be shown of an address: host and path. Queries hold what is searched for, and tokens at times.
pub(super) fn shown(url: &Url) -> String {
    let text = format!("{}{}", authority(url), url.path());
    text.chars().take(SHOWN_MAX).collect()
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or("?");
    let scheme = if is_secure(url) { "" } else { "http://" };
    url.port().map_or_else(|| format!("{scheme}{host}"), |port| format!("{scheme}{host}:{port}"))
}

fn is_secure(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "wss")
}

/// The name of a host as it is compared: without port, in lower case, as the parser of addresses writes it.
fn host_name(host: &str) -> String {
    let name = Url::parse(&format!("https://{host}")).ok().and_then(|url| url.host_str().map(str::to_owned));
    let name = name.unwrap_or_else(|| host.to_ascii_lowercase());
    name.strip_suffix('.').unwrap_or(&name).to_owned()
}

/// Whether an address is one of the public internet. After IANA's registries of special addresses.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || a == 0
        || a == 100 && (64..128).contains(&b) // shared with other customers of a provider
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99) // old relays of 6to4
        || a == 198 && (18..20).contains(&b) // benchmarks
        || a >= 224; // multicast, reserved, broadcast
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    match ip.segments() {
        // NAT64: how a network without IPv4 reaches it. What counts is the address inside.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Teredo and other assignments for protocols; documentation; 6to4, which embeds any IPv4 address.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // All public addresses there are so far. Outside: loopback, local, multicast, what embeds IPv4.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Asks the system, and drops addresses that the rules do not allow.
pub(super) struct Resolver(pub(super) Arc<Rules>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let rules = Arc::clone(&self.0);
        Box::pin(async move {
            let host = name.as_str();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            let allowed: Vec<SocketAddr> =
                found.iter().copied().filter(|at| rules.allowed(host, at.ip())).collect();
            if allowed.is_empty() && !found.is_empty() {
                let text = format!("{host} has no public address, and you did not name it");
                return Err(Refused(text).into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_public(expected: bool, addresses: &[&str]) {
        for text in addresses {
            assert_eq!(is_public(text.parse().unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn special_addresses_are_not_public() {
        check_public(
            false,
            &[
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.8.9.10",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.8",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.1.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "239.1.1.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::127.0.0.1",
                "::8.8.8.8",
                "::ffff:127.0.0.1",
                "::ffff:10.1.2.3",
                "64:ff9b::10.0.0.1",
                "64:ff9b::169.254.169.254",
                "64:ff9b:1::8.8.8.8",
                "100::1",
                "2001::1",
                "2001:1ff::1",
                "2001:db8::1",
                "2002:7f00:1::1",
                "2002:808:808::1",
                "3fff::1",
                "fc00::1",
                "fd12:3456::1",
                "fe80::1",
                "fec0::1",
                "ff02::1",
            ],
        );
        check_public(
            true,
            &[
                "1.1.1.1",
                "8.8.8.8",
                "100.63.255.255",
                "100.128.0.1",
                "172.15.0.1",
                "172.32.0.1",
                "192.0.1.1",
                "198.17.0.1",
                "198.20.0.1",
                "223.255.255.255",
                "::ffff:8.8.8.8",
                "64:ff9b::8.8.8.8",
                "2001:200::1",
                "2001:4860:4860::8888",
                "2606:4700::1111",
                "3fff:1000::1",
            ],
        );
    }

    fn rules(insecure: bool) -> Rules {
        let hosts = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        Rules::new(&hosts(&["social.example"]), &hosts(&["localhost:3000", "10.0.0.7", "[::1]:80"]), insecure)
    }

    #[track_caller]
    fn check(rules: &Rules, address: &str, why_not: Option<&str>) {
        match (rules.request(address, false), why_not) {
            (Ok(_), None) => {}
            (Err(NetError::Unsafe(text)), Some(part)) => assert!(text.contains(part), "{address}: {text}"),
            (other, _) => panic!("{address}: {other:?}, expected {why_not:?}"),
        }
    }

    #[test]
    fn only_safe_addresses_are_asked() {
        let strict = rules(false);
        check(&strict, "https://social.example/api?q=1", None);
        check(&strict, "https://SOCIAL.example./api", None);
        check(&strict, "https://localhost:3000/", None);
        check(&strict, "https://10.0.0.7/", None);
        check(&strict, "https://[::1]/", None);
        check(&strict, "http://localhost:3000/", Some("not encrypted"));
        check(&strict, "https://other.example/", Some("not one of the hosts"));
        check(&strict, "https://a.social.example/", Some("not one of the hosts"));
        check(&strict, "https://user@social.example/", Some("name or password"));
        check(&strict, "https://:secret@social.example/", Some("name or password"));
        check(&strict, "ftp://social.example/", Some("neither https nor wss"));
        check(&strict, "wss://social.example/", Some("neither https nor wss"));
        check(&strict, "file:///etc/passwd", Some("neither https nor wss"));
        check(&strict, "https://", Some("not an address"));
        check(&strict, "", Some("not an address"));
        // All ways to write an address are one.
        for same in
            ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]", "169.254.169.254"]
        {
            check(&strict, &format!("https://{same}/"), Some("not a public address"));
        }
        let open = rules(true);
        check(&open, "http://localhost:3000/", None);
        check(&open, "http://social.example/", Some("not encrypted"));
    }

    #[test]
    fn a_token_goes_to_its_host_and_below() {
        let rules = rules(false);
        for good in ["wss://social.example/s", "https://streaming.social.example/s"] {
            assert!(rules.stream(good, true).is_ok(), "{good}");
        }
        for bad in ["wss://evilsocial.example/s", "wss://social.example.evil.example/s", "wss://example/s"] {
            assert!(matches!(rules.stream(bad, true), Err(NetError::Unsafe(_))), "{bad}");
            assert!(rules.stream(bad, false).is_ok(), "{bad}");
        }
    }

    #[test]
    fn a_stream_begins_as_a_request() {
        let rules = rules(true);
        assert_eq!(rules.stream("wss://a.example/s?x=1", false).unwrap().as_str(), "https://a.example/s?x=1");
        assert_eq!(rules.stream("ws://localhost:9/", false).unwrap().as_str(), "http://localhost:9/");
    }

    #[test]
    fn names_lead_to_public_addresses_unless_named() {
        let mut rules = rules(false);
        let private: IpAddr = "192.168.1.1".parse().unwrap();
        assert!(!rules.allowed("social.example", private));
        assert!(rules.allowed("localhost", private));
        assert!(rules.allowed("LOCALHOST.", private));
        assert!(rules.allowed("social.example", "8.8.8.8".parse().unwrap()));
        rules.trust_proxy("http://demo:secret@proxy.example:3128");
        rules.trust_proxy("other.example:3128");
        assert!(rules.allowed("proxy.example", private));
        assert!(rules.allowed("other.example", private));
    }

    #[test]
    fn an_address_is_shown_without_what_may_be_secret() {
        let url = Url::parse("https://a.example:8443/path?token=secret#secret").unwrap();
        assert_eq!(shown(&url), "a.example:8443/path");
        let long = Url::parse(&format!("https://a.example/{}", "x".repeat(999))).unwrap();
        assert_eq!(shown(&long).len(), SHOWN_MAX);
    }
}
