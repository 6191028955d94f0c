//! Where each platform's own objects have what a post is made of: paths of keys, the first that says something counts. Numbers in a path are
//! places in a list.

use super::item::Markup;

/// Where one platform's object has what.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// Our name of the platform.
    pub(super) platform: &'static str,
    pub(super) id: &'static [&'static str],
    pub(super) time: &'static [&'static str],
    pub(super) edited: &'static [&'static str],
    pub(super) title: &'static [&'static str],
    pub(super) text: &'static [&'static str],
    pub(super) markup: Markup,
    pub(super) author: &'static [&'static str],
    pub(super) handle: &'static [&'static str],
    pub(super) name: &'static [&'static str],
    pub(super) url: &'static [&'static str],
    /// The address of a post by its handle and id, where the object has none.
    pub(super) address: &'static str,
    pub(super) lang: &'static [&'static str],
    pub(super) reply_to: &'static [&'static str],
    pub(super) likes: &'static [&'static str],
    pub(super) reposts: &'static [&'static str],
    pub(super) replies: &'static [&'static str],
    pub(super) quotes: &'static [&'static str],
    pub(super) views: &'static [&'static str],
    /// A list, and the key of its members that says it.
    pub(super) tags: &'static [(&'static str, &'static str)],
    pub(super) links: &'static [(&'static str, &'static str)],
    pub(super) mentions: &'static [(&'static str, &'static str)],
    /// The object that is passed on.
    pub(super) original: &'static [&'static str],
    /// The object that is quoted.
    pub(super) quoted: &'static [&'static str],
    /// What is `true` of a post that not everybody can see.
    pub(super) closed: &'static [&'static str],
}

const NOTHING: Shape = Shape {
    platform: "",
    id: &[],
    time: &[],
    edited: &[],
    title: &[],
    text: &[],
    markup: Markup::Plain,
    author: &[],
    handle: &[],
    name: &[],
    url: &[],
    address: "",
    lang: &[],
    reply_to: &[],
    likes: &[],
    reposts: &[],
    replies: &[],
    quotes: &[],
    views: &[],
    tags: &[],
    links: &[],
    mentions: &[],
    original: &[],
    quoted: &[],
    closed: &[],
};

const TIKTOK: Shape = Shape {
    platform: "tiktok",
    id: &["id"],
    time: &["createTime", "create_time"],
    text: &["desc", "contents.0.desc"],
    author: &["author.id", "authorId"],
    handle: &["author.uniqueId", "author"],
    name: &["author.nickname", "nickname"],
    address: "https://www.tiktok.com/@{handle}/video/{id}",
    lang: &["textLanguage"],
    likes: &["statsV2.diggCount", "stats.diggCount"],
    reposts: &["statsV2.shareCount", "stats.shareCount"],
    replies: &["statsV2.commentCount", "stats.commentCount"],
    views: &["statsV2.playCount", "stats.playCount"],
    tags: &[("challenges", "title"), ("textExtra", "hashtagName")],
    mentions: &[("textExtra", "userUniqueId")],
    closed: &["privateItem", "secret", "author.privateAccount"],
    ..NOTHING
};

const TIKTOK_COMMENTS: Shape = Shape {
    platform: "tiktok",
    id: &["cid", "id"],
    time: &["create_time", "createTime"],
    text: &["text"],
    author: &["user.uid", "user.id"],
    handle: &["user.unique_id", "user.uniqueId"],
    name: &["user.nickname"],
    url: &["share_info.url"],
    lang: &["comment_language"],
    reply_to: &["reply_id", "aweme_id"],
    likes: &["digg_count"],
    replies: &["reply_comment_total"],
    tags: &[("text_extra", "hashtag_name")],
    mentions: &[("text_extra", "user_unique_id")],
    ..NOTHING
};

/// GraphQL (`edge_…`) and the app's own API.
const INSTAGRAM: Shape = Shape {
    platform: "instagram",
    id: &["code", "shortcode", "pk", "id"],
    time: &["taken_at", "taken_at_timestamp"],
    text: &["caption.text", "edge_media_to_caption.edges.0.node.text", "caption"],
    author: &["user.pk", "user.id", "owner.pk", "owner.id"],
    handle: &["user.username", "owner.username"],
    name: &["user.full_name", "owner.full_name"],
    address: "https://www.instagram.com/p/{id}/",
    likes: &["like_count", "edge_media_preview_like.count", "edge_liked_by.count"],
    replies: &[
        "comment_count",
        "edge_media_to_comment.count",
        "edge_media_to_parent_comment.count",
        "edge_media_preview_comment.count",
    ],
    views: &["play_count", "ig_play_count", "view_count", "video_view_count", "video_play_count"],
    closed: &["user.is_private", "owner.is_private"],
    ..NOTHING
};

const INSTAGRAM_COMMENTS: Shape = Shape {
    platform: "instagram",
    id: &["pk", "id"],
    time: &["created_at", "created_at_utc"],
    text: &["text"],
    author: &["user.id", "user.pk", "owner.id"],
    handle: &["user.unique_id", "user.username", "owner.username"],
    name: &["user.nickname", "user.full_name"],
    reply_to: &["parent_comment_id", "post_shortcode", "post_id"],
    likes: &["comment_like_count"],
    replies: &["child_comment_count"],
    closed: &["user.is_private"],
    ..NOTHING
};

/// A story of Facebook's pages: what it shows stands deep inside.
const FACEBOOK: Shape = Shape {
    platform: "facebook",
    id: &["post_id", "comet_sections.content.story.post_id", "id"],
    time: &[
        "comet_sections.timestamp.story.creation_time",
        "comet_sections.context_layout.story.comet_sections.metadata.0.story.creation_time",
        "comet_sections.context_layout.story.comet_sections.metadata.1.story.creation_time",
        "creation_time",
    ],
    text: &[
        "comet_sections.content.story.message.text",
        "comet_sections.content.story.comet_sections.message.story.message.text",
        "message.text",
    ],
    author: &["comet_sections.content.story.actors.0.id", "actors.0.id"],
    name: &["comet_sections.content.story.actors.0.name", "actors.0.name"],
    url: &["comet_sections.content.story.wwwURL", "wwwURL", "url"],
    ..NOTHING
};

const THREADS: Shape = Shape {
    platform: "threads",
    id: &["code", "pk", "id"],
    time: &["taken_at"],
    text: &["caption.text"],
    author: &["user.pk", "user.id"],
    handle: &["user.username"],
    name: &["user.full_name"],
    address: "https://www.threads.net/@{handle}/post/{id}",
    likes: &["like_count"],
    reposts: &["text_post_app_info.repost_count"],
    replies: &["text_post_app_info.direct_reply_count"],
    quotes: &["text_post_app_info.quote_count"],
    original: &["text_post_app_info.share_info.reposted_post"],
    quoted: &["text_post_app_info.share_info.quoted_post"],
    closed: &["user.text_post_app_is_private"],
    ..NOTHING
};

const LINKEDIN: Shape = Shape {
    platform: "linkedin",
    id: &["updateMetadata.urn", "metadata.backendUrn", "preDashEntityUrn", "entityUrn", "urn"],
    text: &["commentary.text.text", "commentary.commentaryText.text", "commentary.text", "text.text"],
    author: &["actor.backendUrn", "actor.urn"],
    handle: &["actor.navigationContext.actionTarget"],
    name: &["actor.name.text", "actor.name"],
    address: "https://www.linkedin.com/feed/update/urn:li:activity:{id}/",
    likes: &[
        "*socialDetail.*totalSocialActivityCounts.numLikes",
        "socialDetail.totalSocialActivityCounts.numLikes",
        "*socialDetail.likes.paging.total",
    ],
    reposts: &[
        "*socialDetail.*totalSocialActivityCounts.numShares",
        "socialDetail.totalSocialActivityCounts.numShares",
        "*socialDetail.totalShares",
    ],
    replies: &[
        "*socialDetail.*totalSocialActivityCounts.numComments",
        "socialDetail.totalSocialActivityCounts.numComments",
        "*socialDetail.comments.paging.total",
    ],
    ..NOTHING
};

const NINEGAG: Shape = Shape {
    platform: "9gag",
    id: &["id"],
    time: &["creationTs"],
    title: &["title"],
    text: &["description"],
    markup: Markup::Html,
    author: &["creator.userId"],
    handle: &["creator.username"],
    name: &["creator.fullName"],
    url: &["url"],
    address: "https://9gag.com/gag/{id}",
    likes: &["upVoteCount"],
    replies: &["commentsCount"],
    tags: &[("tags", "key")],
    ..NOTHING
};

const IMGUR: Shape = Shape {
    platform: "imgur",
    id: &["id"],
    time: &["created_at", "datetime"],
    title: &["title"],
    text: &["description"],
    author: &["account_id", "account.id"],
    handle: &["account.username", "account_url"],
    url: &["url", "link"],
    address: "https://imgur.com/gallery/{id}",
    likes: &["upvote_count", "ups"],
    replies: &["comment_count"],
    views: &["view_count", "views"],
    tags: &[("tags", "tag"), ("tags", "name")],
    ..NOTHING
};

const DOUYIN: Shape = Shape {
    platform: "douyin",
    id: &["aweme_id", "awemeId", "id"],
    time: &["create_time", "createTime"],
    text: &["desc"],
    author: &["author.uid", "authorInfo.uid"],
    handle: &["author.unique_id", "author.short_id", "authorInfo.uniqueId"],
    name: &["author.nickname", "authorInfo.nickname"],
    address: "https://www.douyin.com/video/{id}",
    likes: &["statistics.digg_count", "stats.diggCount"],
    reposts: &["statistics.share_count", "stats.shareCount"],
    replies: &["statistics.comment_count", "stats.commentCount"],
    views: &["statistics.play_count", "stats.playCount"],
    tags: &[("text_extra", "hashtag_name"), ("textExtra", "hashtagName")],
    ..NOTHING
};

/// As Mastodon's API has it; of these two a post's own number is its id, since they talk to nobody else.
const TRUTH_SOCIAL: Shape = Shape {
    platform: "truthsocial",
    id: &["id"],
    time: &["created_at"],
    edited: &["edited_at", "revised_at"],
    text: &["content"],
    markup: Markup::Html,
    author: &["account.id", "account_id"],
    handle: &["account.acct", "account.username"],
    name: &["account.display_name"],
    url: &["url", "uri"],
    lang: &["language"],
    reply_to: &["in_reply_to_id"],
    likes: &["favourites_count"],
    reposts: &["reblogs_count"],
    replies: &["replies_count"],
    quotes: &["quotes_count"],
    tags: &[("tags", "name")],
    mentions: &[("mentions", "acct")],
    original: &["reblog"],
    quoted: &["quote"],
    ..NOTHING
};

/// The same; in older captures with keys of one or two letters.
const GAB: Shape = Shape {
    platform: "gab",
    id: &["id", "i"],
    time: &["created_at", "ca"],
    text: &["content", "c"],
    author: &["account.id", "author_info.i", "ai"],
    handle: &["account.acct", "account.username", "author_info.un"],
    name: &["account.display_name", "author_info.dn"],
    likes: &["reaction_count", "favourites_count"],
    reposts: &["reposts_count", "reblogs_count"],
    ..TRUTH_SOCIAL
};

const PINTEREST: Shape = Shape {
    platform: "pinterest",
    id: &["id", "entityId"],
    time: &["created_at", "createdAt"],
    title: &["title", "grid_title", "gridTitle"],
    text: &["description", "closeup_description", "closeupUnifiedDescription"],
    author: &["pinner.id", "pinner.entityId"],
    handle: &["pinner.username"],
    name: &["pinner.full_name", "pinner.fullName"],
    address: "https://www.pinterest.com/pin/{id}/",
    likes: &["reaction_counts.1"],
    reposts: &["aggregated_pin_data.aggregated_stats.saves", "repin_count"],
    replies: &["aggregated_pin_data.comment_count", "comment_count"],
    ..NOTHING
};

/// Answers of its API (`note_card`), what its pages hold (`note`), and what stood on them (flat).
const REDNOTE: Shape = Shape {
    platform: "xiaohongshu",
    id: &["id", "note_id", "noteId", "note_card.note_id", "note.noteId"],
    time: &["note_card.time", "note.time", "noteCard.time", "time"],
    title: &[
        "note_card.title",
        "note_card.display_title",
        "note.title",
        "noteCard.title",
        "noteCard.displayTitle",
        "title",
        "display_title",
    ],
    text: &["note_card.desc", "note.desc", "noteCard.desc", "desc"],
    author: &[
        "note_card.user.user_id",
        "note.user.userId",
        "noteCard.user.userId",
        "user.user_id",
        "user.userId",
    ],
    name: &[
        "note_card.user.nickname",
        "note_card.user.nick_name",
        "note.user.nickname",
        "noteCard.user.nickname",
        "user.nickname",
        "author_name",
    ],
    address: "https://www.xiaohongshu.com/explore/{id}",
    likes: &[
        "note_card.interact_info.liked_count",
        "note.interactInfo.likedCount",
        "interact_info.liked_count",
        "likes",
    ],
    reposts: &[
        "note_card.interact_info.share_count",
        "note.interactInfo.shareCount",
        "interact_info.share_count",
    ],
    replies: &[
        "note_card.interact_info.comment_count",
        "note.interactInfo.commentCount",
        "interact_info.comment_count",
    ],
    tags: &[("note_card.tag_list", "name"), ("note.tagList", "name"), ("tag_list", "name")],
    ..NOTHING
};

const REDNOTE_COMMENTS: Shape = Shape {
    platform: "xiaohongshu",
    id: &["id"],
    time: &["create_time", "createTime"],
    text: &["content"],
    author: &["user_info.user_id"],
    name: &["user_info.nickname"],
    reply_to: &["target_comment.id", "note_id"],
    likes: &["like_count"],
    replies: &["sub_comment_count"],
    ..NOTHING
};

/// Keys that most platforms use for time and text, for those that are not known.
const ANY: Shape = Shape {
    id: &["id_str", "id", "pk", "code"],
    time: &[
        "created_at",
        "createdAt",
        "create_time",
        "createTime",
        "published_at",
        "publishedAt",
        "taken_at",
        "timestamp",
        "date",
        "time",
    ],
    title: &["title"],
    text: &[
        "full_text",
        "text",
        "content",
        "body",
        "message",
        "caption.text",
        "caption",
        "desc",
        "description",
    ],
    author: &["author.id", "user.id", "account.id", "owner.id", "author_id", "user_id"],
    handle: &["author.username", "user.username", "account.username", "owner.username", "username", "author"],
    name: &["author.name", "user.name", "account.display_name", "owner.name"],
    url: &["url", "permalink", "link"],
    likes: &["like_count", "likes_count", "favourites_count", "likes"],
    reposts: &["share_count", "repost_count", "shares"],
    replies: &["comment_count", "reply_count", "comments_count"],
    views: &["view_count", "views_count", "views"],
    tags: &[("tags", "name"), ("hashtags", "name")],
    ..NOTHING
};

/// The shape of what Zeeschuimer calls so, and whether it is a known one. What X has is read by the format for its own answers.
pub(super) fn shape_of(source: &str) -> (Shape, bool) {
    let known = match source.trim().trim_start_matches("www.") {
        "tiktok.com" => TIKTOK,
        "tiktok-comments" => TIKTOK_COMMENTS,
        "instagram.com" => INSTAGRAM,
        "instagram-comments" => INSTAGRAM_COMMENTS,
        "facebook.com" => FACEBOOK,
        "threads.net" | "threads.com" => THREADS,
        "linkedin.com" => LINKEDIN,
        "9gag.com" => NINEGAG,
        "imgur.com" => IMGUR,
        "douyin.com" => DOUYIN,
        "truthsocial.com" => TRUTH_SOCIAL,
        "gab.com" => GAB,
        "pinterest.com" => PINTEREST,
        "xiaohongshu.com" | "rednote.com" => REDNOTE,
        "xiaohongshu-comments" => REDNOTE_COMMENTS,
        _ => return (ANY, false),
    };
    (known, true)
}
